"""How well a segmentation agrees with a gold standard, beside a baseline of plain regular expressions.

A gold standard is a list of units: spans with printed number and kind. Boundaries are compared as sets of start
and end offsets, so that one measure cut in two costs two false boundaries and loses none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.segmentation.lines import trim

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGIT = "[一二三四五六七八九十]"
_BASELINE = re.compile(
    rf"^[ \u3000]*({_DIGIT}+[、．.]|[（(](?:{_DIGIT}+|\d+)[）)]|\d+[.．、]|{_DIGIT}+是)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One measure of a gold standard or of a system: span, printed number (empty if none) and kind."""

    start: int
    end: int
    number: str = ""
    kind: str = "plan"


@dataclass(frozen=True, slots=True)
class Rate:
    """Precision, recall and their harmonic mean, with the counts they come from."""

    hits: int
    found: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 if nothing was found."""
        return self.hits / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the gold standard that was found; 1 if it is empty."""
        return self.hits / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __add__(self, other: Rate) -> Rate:
        """Pooled counts of two documents."""
        return Rate(self.hits + other.hits, self.found + other.found, self.gold + other.gold)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of a system with the gold standard of one document or, added up, of several."""

    measures: Rate
    boundaries: Rate
    numbers: Rate
    kinds: Rate

    def __add__(self, other: Agreement) -> Agreement:
        """Pooled counts."""
        return Agreement(
            self.measures + other.measures,
            self.boundaries + other.boundaries,
            self.numbers + other.numbers,
            self.kinds + other.kinds,
        )


def agreement(found: Sequence[Unit], gold: Sequence[Unit]) -> Agreement:
    """Compare units: whole spans, boundaries, and number and kind of the spans both have."""
    spans, wanted = {(u.start, u.end): u for u in found}, {(u.start, u.end): u for u in gold}
    shared = [(spans[span], unit) for span, unit in wanted.items() if span in spans]
    edges = {edge for unit in found for edge in ((unit.start, "start"), (unit.end, "end"))}
    true_edges = {edge for unit in gold for edge in ((unit.start, "start"), (unit.end, "end"))}
    return Agreement(
        measures=Rate(len(shared), len(spans), len(wanted)),
        boundaries=Rate(len(edges & true_edges), len(edges), len(true_edges)),
        numbers=Rate(sum(a.number == b.number for a, b in shared), len(shared), len(shared)),
        kinds=Rate(sum(a.kind == b.kind for a, b in shared), len(shared), len(shared)),
    )


def baseline(text: str) -> list[Unit]:
    """What plain regular expressions give: a unit from every number at a line's start to the next one."""
    heads = list(_BASELINE.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    units = [(trim(text, head.end(), end), head[1]) for head, end in zip(heads, ends, strict=True)]
    return [Unit(start, end, number) for (start, end), number in units if start < end]
