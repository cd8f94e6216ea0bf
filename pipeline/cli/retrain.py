"""`jucuo review retrain`: from analysts' decisions to a classifier that knows them."""

from __future__ import annotations

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.cli.users import database_option
from pipeline.errors import JucuoError
from pipeline.settings import Settings


@click.command()
@database_option
@with_settings
@common
def retrain(context: Context, database: str | None, settings: Settings) -> None:
    """Export the settled decisions, train on them and classify again, in this workspace; documents are not read again.

    The queue `changed` then lists what the new classifier labels otherwise. In a checkout `dvc repro` does the same
    and records it.
    """
    from pipeline.review.queues import changed_by_training
    from pipeline.stages import classify, report, train
    from pipeline.stages.embed import CachedEncoder
    from pipeline.web.config import WebConfig
    from pipeline.web.library import Library
    from pipeline.web.reviewing import ReviewDesk

    workspace = context.workspace
    desk = ReviewDesk(Library(workspace, settings), WebConfig(workspace, settings, database=database).database_url)
    exported = desk.write_reviewed()
    if not exported.rows:
        raise JucuoError("nothing is settled yet: there is nothing to train on", "Review some measures first.")
    with context.progress() as progress:
        encoder = CachedEncoder(settings, progress)
        train.run(workspace, settings, encoder=encoder)
        digest = classify.run(workspace, settings, encoder=encoder)["classifier"]
        report.run(workspace, settings)
    changed = len(changed_by_training(desk.desk, desk.snapshot))
    if context.as_json:
        context.result({"labels": len(exported.rows), "classifier": digest, "changed": changed})
    context.say(
        f"trained on {len(exported.rows)} decisions: classifier {digest}; {changed} measures labelled otherwise"
    )
