"""Label files of a workspace: gold labels and analysts' exported decisions, one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.classification import Codebook, Label
from pipeline.classification.labels import parse
from pipeline.errors import JucuoError
from pipeline.settings import Settings
from pipeline.workspace import Workspace


def _rows(path: Path) -> list[dict[str, Any]]:
    rows, problems = [], []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError as error:
            problems.append(f"line {number}: {error}")
            continue
        if row is not None and not isinstance(row, dict):
            problems.append(f"line {number}: not a JSON object")
        elif row is not None:
            rows.append(row)
    if problems:
        listed = "\n  ".join(problems)
        raise JucuoError(f"{path} is not JSON lines:\n  {listed}", "Mend the lines named above.")
    return rows


def read_labels(workspace: Workspace, settings: Settings, codebook: Codebook, only: str = "") -> list[Label]:
    """Labels of all the configured files that exist, in their order: the last one about a measure holds.

    With `only`, files whose name does not begin so are left out (`reviewed`: analysts' decisions).
    """
    labels: list[Label] = []
    for name in settings.labels:
        path = workspace.path(name)
        if path.exists() and path.name.startswith(only):
            labels += parse(_rows(path), codebook, str(path))
    return labels
