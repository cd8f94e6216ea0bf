"""`jucuo similar`: measures similar to a text or to a given measure."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.errors import JucuoError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from rich.text import Text

    from pipeline.search import Hit


@click.command()
@click.argument("text", required=False)
@click.option("--measure", metavar="ID", help="A measure of the workspace instead of a text.")
@click.option("--like", multiple=True, metavar="ID|TEXT", help="Several examples instead; may be repeated.")
@click.option("--not-like", multiple=True, metavar="ID|TEXT", help="What hits shall not be like.")
@click.option("--top", type=click.IntRange(1), default=10, show_default=True)
@click.option("--issuer", help="Part of the issuer's name.")
@click.option("--province", help="Part of the province's name.")
@click.option("--level", type=click.Choice(["national", "province", "city", "county"]))
@click.option("--year", type=int, multiple=True, help="Plan year; may be repeated.")
@click.option("--category", multiple=True, help="Category id; may be repeated.")
@click.option("--kind", type=click.Choice(["plan", "achievement", "principle"]))
@click.option("--cites", help="Part of the title of a cited document.")
@click.option("--other-documents", is_flag=True, help="Leave out the document of the measure asked by.")
@click.option("--other-issuers", is_flag=True, help="Leave out all documents of its issuer.")
@click.option("--all-duplicates", is_flag=True, help="Do not collapse near-duplicates.")
@with_settings
@common
def similar(
    context: Context,
    text: str | None,
    measure: str | None,
    like: tuple[str, ...],
    top: int,
    *,
    all_duplicates: bool,
    settings: Settings,
    **options: Any,
) -> None:
    """Measures similar to TEXT (or to --measure ID), best first, with reasons; shared words are marked.

    A term in quotation marks must stand in every hit: jucuo similar '"三点半" 课后服务'.
    """
    from pipeline.stages.index import load_index
    from pipeline.stages.index import similar as ask

    if text is None and measure is None and not like:
        raise JucuoError("nothing was asked", "Give a text, or --measure ID, or --like.")
    given: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in options.items()
    }
    filters = {name: value for name, value in given.items() if value or name.startswith("other_")}
    index = load_index(context.workspace, settings)
    result = ask(
        index, settings, text=text, measure=measure, examples=like, top=top, collapse=not all_duplicates, **filters
    )
    if context.as_json:
        context.result(
            {
                "hits": [asdict(hit) for hit in result.hits],
                "n_candidates": result.n_candidates,
                "explanation": result.explanation,
                "notes": result.notes,
            }
        )
        return
    for hit in result.hits:
        context.print(_heading(hit))
        context.print(_marked(hit))
    for note in (result.explanation, *result.notes):
        if note:
            context.say(note)


def _heading(hit: Hit) -> Text:
    from rich.text import Text

    who = f"{hit.issuer or 'unknown issuer'} {hit.year or ''}".strip()
    more = f", and {hit.n_duplicates} near-duplicate(s)" if hit.n_duplicates else ""
    reasons = hit.reasons
    scores = (
        f"   {reasons.relatedness.replace('_', ' ')}: score {hit.score:.2f} of 1, "
        f"meaning {reasons.meaning:.2f} (-1 to 1), wording {reasons.wording:.2f} (0 to 1), "
        f"in one sentence {reasons.in_one_sentence:.2f} (0 to 1){more}"
    )
    return Text.assemble(
        (f"{hit.rank}. {who}", "bold"),
        f"  {hit.measure_id}\n",
        (scores, "dim"),
    )


def _marked(hit: Hit) -> Text:
    """The hit's text with what it shares with the query underlined; where no colours go, in 【】."""
    from rich.text import Text

    if sys.stdout.isatty():
        marked = Text(hit.text)
        for span in hit.shared:
            marked.stylize("bold underline", span.start, span.end)
    else:
        marked = Text(_bracketed(hit))
    return Text.assemble("   ", marked, "\n")


def _bracketed(hit: Hit) -> str:
    pieces, done = [], 0
    for span in sorted(hit.shared, key=lambda span: span.start):
        pieces += [hit.text[done : span.start], "【", hit.text[span.start : span.end], "】"]
        done = span.end
    return "".join([*pieces, hit.text[done:]])
