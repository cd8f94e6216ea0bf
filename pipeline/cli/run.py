"""`jucuo run`: the whole pipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.settings import Settings


@click.command()
@click.option(
    "--corpus", "paths", multiple=True, type=click.Path(path_type=Path), help="File or folder; may be repeated."
)
@click.option("--strict", is_flag=True, help="Exit 1 when a document was set aside.")
@with_settings
@common
def run(context: Context, paths: tuple[Path, ...], *, strict: bool, settings: Settings) -> None:
    """The whole pipe on files or folders, into the workspace.

    Reads txt, html, docx, pdf and zip of these; makes measures, categories, shared wording and a report.
    """
    from pipeline.stages.flow import run_pipe

    with context.progress() as progress:
        summary = run_pipe(list(paths) or [Path(settings.corpus)], context.workspace, settings, progress)
    if context.as_json:
        context.result(summary.as_dict())
    else:
        _print(context, summary.as_dict())
    if strict and summary.rejected:
        sys.exit(1)


def _print(context: Context, summary: dict[str, Any]) -> None:
    fields = ("doc_id", "issuer", "plan_year", "n_measures", "source_path")
    documents = [[document[name] for name in fields] for document in summary["documents"]]
    context.table("Documents", ("id", "issuer", "year", "measures", "file"), documents)
    if summary["rejected"]:
        rejected = [(r["path"], r["reason"], r["detail"]) for r in summary["rejected"]]
        context.table("Set aside", ("file", "reason", "what to know"), rejected)
    found = ", ".join(f"{summary[f'n_{name}']} {name}" for name in ("pairs", "passages", "families"))
    measures = f"{summary['n_measures']} measures, {summary['n_with_category']} of them in a category"
    click.echo(f"{measures}; {found}; report: {summary['report']}")
