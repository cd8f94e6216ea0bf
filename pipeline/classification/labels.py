"""Gold labels: what people decided about measures, and the matrices training needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.codebook import Codebook, nearest
from pipeline.errors import JucuoError

_KEYS = ("measure_id", "primary", "labels", "annotator", "codebook", "omnibus")
_SHOWN = 20
"""Problems listed before the rest is only counted."""


@dataclass(frozen=True)
class Label:
    """One decision about one measure: all its categories, the primary among them; none at all is a decision too."""

    measure_id: str
    primary: str | None
    labels: list[str] = field(default_factory=list)
    annotator: str = ""
    codebook: str = ""
    omnibus: bool = False


@dataclass(frozen=True)
class Targets:
    """What to learn, row by row of the labelled measures.

    `rows` (n,) positions in the measures frame; `labels` (n, k) bool; `primary` (n,) column of the primary or -1;
    `omnibus` (n,) bool.
    """

    rows: NDArray[np.int64]
    labels: NDArray[np.bool_]
    primary: NDArray[np.int64]
    omnibus: NDArray[np.bool_]


def _row_problems(row: Mapping[str, Any], codebook: Codebook) -> list[str]:
    problems = []
    if not isinstance(row.get("measure_id"), str) or not row.get("measure_id"):
        problems.append("measure_id is missing")
    labels = row.get("labels")
    if not isinstance(labels, list):
        return [*problems, "labels is no list"]
    unknown = [str(name) for name in labels if name not in codebook.index]
    problems.extend(f"`{name}` is no category; {nearest(name, codebook.ids)}" for name in unknown)
    if len(set(map(str, labels))) != len(labels):
        problems.append("a category stands twice")
    primary = row.get("primary")
    if primary is not None and primary not in labels:
        problems.append(f"primary `{primary}` is not among the labels")
    if primary is None and labels:
        problems.append("has labels but no primary")
    return problems


def parse(rows: Iterable[Mapping[str, Any]], codebook: Codebook, origin: str) -> list[Label]:
    """Check and read label rows (JSON objects); unknown keys are ignored, for other tools add their own.

    Raises JucuoError with every problem and the line it stands on.
    """
    labels: list[Label] = []
    problems: list[str] = []
    for line, row in enumerate(rows, 1):
        found = _row_problems(row, codebook)
        problems.extend(f"line {line} ({row.get('measure_id', '?')}): {problem}" for problem in found)
        if not found:
            labels.append(Label(**{key: row[key] for key in _KEYS if row.get(key) is not None or key == "primary"}))
    if problems:
        more = f"\n  … and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        lines = "\n  ".join(problems[:_SHOWN])
        raise JucuoError(f"{origin}: {len(problems)} problem(s) in the labels\n  {lines}{more}", "Mend these lines.")
    return labels


def targets(labels: Sequence[Label], measure_ids: Sequence[str], codebook: Codebook) -> Targets:
    """Match labels with measures; the last label of a measure wins (files are read in order, review comes last).

    Labels of measures that are not there are left out: the caller counts them (`unmatched`).
    """
    position = {name: i for i, name in enumerate(measure_ids)}
    latest = {label.measure_id: label for label in labels if label.measure_id in position}
    chosen = sorted(latest.values(), key=lambda label: position[label.measure_id])
    matrix = np.zeros((len(chosen), len(codebook.ids)), dtype=np.bool_)
    for i, label in enumerate(chosen):
        matrix[i, [codebook.index[name] for name in label.labels]] = True
    return Targets(
        rows=np.array([position[label.measure_id] for label in chosen], dtype=np.int64),
        labels=matrix,
        primary=np.array([-1 if c.primary is None else codebook.index[c.primary] for c in chosen], dtype=np.int64),
        omnibus=np.array([label.omnibus for label in chosen], dtype=np.bool_),
    )


def unmatched(labels: Sequence[Label], measure_ids: Sequence[str]) -> list[str]:
    """Ids of labelled measures that are not in the corpus (a renumbered document, a deleted file)."""
    known = set(measure_ids)
    return sorted({label.measure_id for label in labels if label.measure_id not in known})
