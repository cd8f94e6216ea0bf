"""`python -m pipeline.stages.ship`: put the classifier of `data/` into the package, for workspaces without one."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.resources import SHIPPED
from pipeline.stages.classify import MODEL, SHIPPED_MODEL
from pipeline.stages.train import CARD, EXAMPLES, SHIPPED_EXAMPLES
from pipeline.workspace import Workspace

FILES = {MODEL: SHIPPED_MODEL, CARD: "model/classifier.json", EXAMPLES: SHIPPED_EXAMPLES}


def ship(workspace: Workspace, target: Path = SHIPPED) -> list[Path]:
    """Copy classifier, card and examples; returns the files written."""
    written = []
    for source, name in FILES.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(workspace.path(source), path)
        written.append(path)
    return written


if __name__ == "__main__":
    ship(Workspace(Path("data")))
