"""`jucuo corpus`: users' own documents, versioned by DVC."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click

from pipeline.cli.common import Context, common
from pipeline.errors import JucuoError

RAW = Path("data/raw")


@click.group()
def corpus() -> None:
    """Add documents to data/raw and version them with DVC; list them; check them."""


def _target(source: Path) -> Path:
    """A free name in data/raw; the same bytes under the same name are already there."""
    target = RAW / source.name
    number = 2
    while target.exists() and target.read_bytes() != source.read_bytes():
        target = RAW / f"{source.stem}-{number}{source.suffix}"
        number += 1
    return target


def _copy(paths: tuple[Path, ...]) -> list[Path]:
    from pipeline.stages.corpus import find

    RAW.mkdir(parents=True, exist_ok=True)
    added = []
    for file in find(paths).files:
        target = _target(file.path)
        if not target.exists():
            shutil.copyfile(file.path, target)
            added.append(target)
    return added


def _dvc_add() -> None:
    if not Path(".dvc").is_dir():
        raise JucuoError(
            "this folder is no DVC project, so data/raw cannot be versioned",
            "Run `git init` and `dvc init` here, or go to the checkout.",
        )
    command = [sys.executable, "-m", "dvc", "add", "--quiet", str(RAW)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise JucuoError(
            f"dvc add failed: {done.stderr.strip()}", "Mend that, then run `dvc add data/raw`; the files are copied."
        )


@corpus.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@common
def add(context: Context, paths: tuple[Path, ...]) -> None:
    """Copy documents into data/raw and version them with DVC."""
    added = _copy(paths)
    _dvc_add()
    if context.as_json:
        context.result({"added": [str(path) for path in added]})
    context.say(
        f"{len(added)} added; commit data/raw.dvc, then set `corpus: data/raw` in configs/params.yaml and `dvc repro`, "
        "or `jucuo run --corpus data/raw`."
    )


@corpus.command("list")
@common
def list_(context: Context) -> None:
    """List the documents of the workspace."""
    rows = context.workspace.read("documents").select("doc_id", "issuer", "plan_year", "doc_type", "source_path")
    if context.as_json:
        context.result(rows.to_dicts())
    else:
        context.table("Documents", rows.columns, rows.iter_rows())


@corpus.command()
@common
def check(context: Context) -> None:
    """Report metadata gaps, duplicates, damage and documents without measures."""
    from pipeline.stages.checking import findings

    found = findings(context.workspace)
    if context.as_json:
        context.result(found)
    elif found:
        context.table(
            "To look at", ("document", "what", "detail"), [(f["document"], f["what"], f["detail"]) for f in found]
        )
    else:
        click.echo("Nothing to report: every document has issuer, year and measures, and none is damaged or doubled.")
