"""`jucuo align`: two texts side by side, or many pairs from a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import jsonl
from pipeline.cli.common import Context, common, with_settings
from pipeline.errors import JucuoError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.reuse import AlignmentResult

KINDS = {"same": "=", "changed": "~", "moved": "↷", "dropped": "-", "added": "+"}


@click.command()
@click.argument("texts", nargs=-1, metavar="[A B]")
@click.option("--pairs", type=click.Path(path_type=Path), help="JSONL with id, a, b; - reads standard input.")
@with_settings
@common
def align(context: Context, texts: tuple[str, ...], pairs: Path | None, settings: Settings) -> None:
    """How two texts share wording: relation, scores, aligned spans (offsets in the texts as given)."""
    from pipeline.reuse import align as align_texts

    if len(texts) == 2:  # noqa: PLR2004 - a pair
        result = align_texts(texts[0], texts[1], settings.reuse)
        if context.as_json:
            context.result({"id": "1"} | asdict(result))
        else:
            _print(context, texts[0], texts[1], result)
        return
    if texts:
        raise JucuoError(
            f"{len(texts)} texts were given", "Give two texts, or --pairs FILE (or JSONL on standard input)."
        )
    for row in jsonl.read(pairs, ("a", "b")):
        aligned = align_texts(row["a"], row["b"], settings.reuse)
        click.echo(json.dumps({"id": row.get("id")} | asdict(aligned), ensure_ascii=False))


def _print(context: Context, a: str, b: str, result: AlignmentResult) -> None:
    click.echo(
        f"{result.relation}: edit similarity {result.edit_similarity:.3f}, "
        f"{result.containment_a:.0%} of A in B, {result.containment_b:.0%} of B in A"
    )
    rows = [(KINDS[s.kind], a[s.a_start : s.a_end], b[s.b_start : s.b_end]) for s in result.spans]
    context.table("", ("", "A", "B"), rows)
