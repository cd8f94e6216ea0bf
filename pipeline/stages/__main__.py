"""`python -m pipeline.stages NAME`: one stage on the default workspace, as dvc.yaml calls it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import JucuoError
from pipeline.schemas import TableError
from pipeline.settings import Settings, load
from pipeline.workspace import Workspace

WORKSPACE = Workspace(Path("data"))


def _ingest(settings: Settings) -> object:
    from pipeline.stages import ingest

    return ingest.run([Path(settings.corpus)], WORKSPACE, settings)


def _validate(_settings: Settings) -> object:
    from pipeline.stages import validate

    return validate.run(WORKSPACE)


def _stage(name: str) -> Callable[[Settings], object]:
    def call(settings: Settings) -> object:
        import importlib

        return importlib.import_module(f"pipeline.stages.{name}").run(WORKSPACE, settings)

    return call


STAGES: dict[str, Callable[[Settings], object]] = {
    "ingest": _ingest,
    "segment": _stage("segment"),
    "validate": _validate,
    "embed": _stage("embed"),
    "train": _stage("train"),
    "classify": _stage("classify"),
    "reuse": _stage("reuse"),
    "index": _stage("index"),
    "report": _stage("report"),
    "track": _stage("track"),
}


def main(arguments: list[str]) -> int:
    """Run the named stage with `configs/params.yaml`; errors are sentences on stderr and exit code 2."""
    if len(arguments) != 1 or arguments[0] not in STAGES:
        sys.stderr.write(f"usage: python -m pipeline.stages {'|'.join(STAGES)}\n")
        return 2
    try:
        STAGES[arguments[0]](load(Path("configs/params.yaml")))
    except (JucuoError, TableError) as error:
        sys.stderr.write(f"stage {arguments[0]}: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
