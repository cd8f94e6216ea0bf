"""Figures of text alignment as PAN defines them (Potthast et al. 2010), in characters of both sides."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from cases import Case, Span, covered

Detection = Mapping[str, Any]
"""A row of the passages table: `a_doc`, `b_doc` and clean offsets of both sides."""


@dataclass(frozen=True)
class Score:
    """PAN figures over cases and detections, each the mean over cases (or detections)."""

    cases: int
    recall: float
    precision: float
    granularity: float

    @property
    def plagdet(self) -> float:
        """F1 over the logarithm of one plus granularity."""
        total = self.recall + self.precision
        return 2 * self.recall * self.precision / total / float(np.log2(1 + self.granularity)) if total else 0.0


def _spans(thing: Case | Detection) -> tuple[Span, Span]:
    if isinstance(thing, Case):
        return thing.a, thing.b
    return (thing["a_start"], thing["a_end"]), (thing["b_start"], thing["b_end"])


def _meet(one: Span, other: Span) -> bool:
    return min(one[1], other[1]) > max(one[0], other[0])


def _share(thing: Case | Detection, others: Sequence[Case | Detection]) -> float:
    """Share of a case (or detection) that the detections (or cases) which meet it on both sides cover."""
    sides = _spans(thing)
    meeting = [_spans(other) for other in others]
    meeting = [other for other in meeting if all(_meet(x, y) for x, y in zip(sides, other, strict=True))]
    inside = sum(covered(side, (other[k] for other in meeting)) for k, side in enumerate(sides))
    return inside / sum(end - start for start, end in sides)


def score(cases: Sequence[Case], detections: Iterable[Detection]) -> Score:
    """Recall, precision and granularity.

    A detection between documents of no case, or with both sides outside everything planted, is real wording of real
    documents and not judged; one that touches a planted passage on one side only counts as wrong.
    """
    found: dict[tuple[str, str], list[Detection]] = defaultdict(list)
    planted: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for row in detections:
        found[row["a_doc"], row["b_doc"]].append(row)
    for case in cases:
        planted[case.a_doc, case.b_doc].append(case)
    recalls = [_share(case, found[case.a_doc, case.b_doc]) for case in cases]
    hits = [
        sum(_meet(case.a, a) and _meet(case.b, b) for a, b in map(_spans, found[case.a_doc, case.b_doc]))
        for case in cases
    ]
    judged = [
        (row, mine)
        for pair, mine in planted.items()
        for row in found[pair]
        if any(_meet(x, y) for case in mine for x, y in zip(_spans(case), _spans(row), strict=True))
    ]
    precisions = [_share(row, mine) for row, mine in judged]
    several = [n for n in hits if n]
    return Score(
        len(cases),
        float(np.mean(recalls)) if recalls else 1.0,
        float(np.mean(precisions)) if precisions else 1.0,
        float(np.mean(several)) if several else 1.0,
    )


def trapped(
    traps: Sequence[Case], detections: Iterable[Detection], documents: pl.DataFrame, central: Sequence[str]
) -> int:
    """Detections that lie mostly in the central sentences of a trap."""
    sentences = {sentence.rstrip("。") for sentence in central}
    text = dict(documents.select("doc_id", "text").iter_rows())
    pairs = {(case.a_doc, case.b_doc) for case in traps}
    caught = 0
    for row in detections:
        if (row["a_doc"], row["b_doc"]) in pairs:
            shown = text[row["a_doc"]][row["a_start"] : row["a_end"]]
            inside = sum(len(part) for part in re.split("[。\n]", shown) if any(part in s for s in sentences))
            caught += 2 * inside >= len(shown)
    return caught
