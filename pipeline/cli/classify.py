"""`jucuo classify`: policy categories for texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pipeline.cli import jsonl
from pipeline.cli.common import Context, common, with_settings
from pipeline.settings import Settings


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@with_settings
@common
def classify(context: Context, file: Path | None, settings: Settings) -> None:
    """Policy categories for texts: JSONL in, JSONL out, one object a line.

    In: `id`, `text`, and if known `heading_path` (list) and `title`. Out: `id`, `labels`, `primary`, `probabilities`
    (all categories), `why` (for each label the words that carry it). FILE or - for standard input.
    """
    from pipeline.stages.classifying import classify_rows

    rows = jsonl.read(file, ("text",))
    with context.progress() as progress:
        answers: list[dict[str, Any]] = classify_rows(rows, context.workspace, settings, progress)
    for answer in answers:
        click.echo(json.dumps(answer, ensure_ascii=False))
    if not answers:
        context.say("No text came in: nothing to classify.")
