"""`jucuo labels`: which labels look wrong, and what to label next."""

from __future__ import annotations

import click
import polars as pl

from pipeline.cli.common import Context, common, with_settings
from pipeline.settings import Settings

_SHOWN = 60


@click.group()
def labels() -> None:
    """Work on labels: which look wrong, and what to label next."""


@labels.command("suspects")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True)
@common
def suspects_(context: Context, top: int) -> None:
    """Labels that are probably wrong, the least believable first, with the reason.

    Judged by models that had not seen the measure (confident learning, out of fold); a person decides.
    """
    from pipeline.stages.labelling import suspicious
    from pipeline.stages.train import EXAMPLES

    found = suspicious(context.workspace)
    texts = dict(pl.read_parquet(context.workspace.path(EXAMPLES)).select("measure_id", "text").iter_rows())
    rows = [
        {
            "measure_id": s.measure_id,
            "category": s.category,
            "given": s.given,
            "probability": round(s.probability, 4),
            "quality": round(s.quality, 4),
            "reason": s.reason,
            "text": texts[s.measure_id],
        }
        for s in found[:top]
    ]
    if context.as_json:
        context.result(rows)
        return
    table = [(row["measure_id"], row["reason"], str(row["text"])[:_SHOWN]) for row in rows]
    context.table(f"Suspicious labels: {len(found)}", ("measure", "reason", "text"), table)


@labels.command("next")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True)
@with_settings
@common
def next_(context: Context, top: int, settings: Settings) -> None:
    """Unlabelled measures worth labelling next: doubtful, and unlike each other and what is labelled."""
    from pipeline.stages.labelling import worth_labelling

    found = worth_labelling(context.workspace, settings, top)
    texts = dict(context.workspace.read("measures").select("measure_id", "text").iter_rows())
    rows = [
        {
            "measure_id": each.measure_id,
            "doubt": round(each.doubt, 4),
            "novelty": round(each.novelty, 4),
            "text": texts[each.measure_id],
        }
        for each in found
    ]
    if context.as_json:
        context.result(rows)
        return
    if not rows:
        context.say("every measure of the workspace has a label")
    table = [(row["measure_id"], row["doubt"], row["novelty"], str(row["text"])[:_SHOWN]) for row in rows]
    context.table("Worth labelling next", ("measure", "doubt (bits)", "novelty", "text"), table)
