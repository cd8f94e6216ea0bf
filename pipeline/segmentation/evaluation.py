"""How well a segmentation agrees with a gold standard, beside a baseline of plain regular expressions.

A gold standard is a list of units: spans with printed number, kind and heading path. Boundaries are compared as sets of
start and end offsets, so that one measure cut in two costs two false boundaries and loses none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from pipeline.segmentation.lines import trim

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.segmentation.models import Heading, SegmentedMeasure

_DIGIT = "[一二三四五六七八九十]"
_BASELINE = re.compile(
    rf"^[ \u3000]*({_DIGIT}+[、．.]|[（(](?:{_DIGIT}+|\d+)[）)]|\d+[.．、]|{_DIGIT}+是)",
    re.MULTILINE,
)
_HEADLINE_MAX = 60


@dataclass(frozen=True, slots=True)
class Unit:
    """One measure of a gold standard or of a system.

    Span, printed number (empty if none), kind, and where the titles above it begin (offsets after their numbers,
    outermost first).
    """

    start: int
    end: int
    number: str = ""
    kind: str = "plan"
    path: tuple[int, ...] = ()


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


NOTHING = Rate(0, 0, 0)


def share(right: Iterable[bool]) -> Rate:
    """A rate over cases that both sides have, such as the numbers of shared spans."""
    judged = list(right)
    return Rate(sum(judged), len(judged), len(judged))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of a system with the gold standard of one document or, added up, of several.

    Numbers, kinds and paths are judged on the measures whose exact spans both have.
    """

    measures: Rate = NOTHING
    boundaries: Rate = NOTHING
    numbers: Rate = NOTHING
    kinds: Rate = NOTHING
    paths: Rate = NOTHING

    def __add__(self, other: Agreement) -> Agreement:
        """Pooled counts."""
        return Agreement(
            self.measures + other.measures,
            self.boundaries + other.boundaries,
            self.numbers + other.numbers,
            self.kinds + other.kinds,
            self.paths + other.paths,
        )


def pooled(agreements: Iterable[Agreement]) -> Agreement:
    """All documents together."""
    return reduce(add, agreements, Agreement())


def agreement(found: Sequence[Unit], gold: Sequence[Unit]) -> Agreement:
    """Compare units: whole spans, boundaries, and number, kind and heading path of the spans both have."""
    spans, wanted = {(u.start, u.end): u for u in found}, {(u.start, u.end): u for u in gold}
    shared = [(spans[span], unit) for span, unit in wanted.items() if span in spans]
    edges = {edge for unit in found for edge in ((unit.start, "start"), (unit.end, "end"))}
    true_edges = {edge for unit in gold for edge in ((unit.start, "start"), (unit.end, "end"))}
    return Agreement(
        measures=Rate(len(shared), len(spans), len(wanted)),
        boundaries=Rate(len(edges & true_edges), len(edges), len(true_edges)),
        numbers=share(_printed(a.number) == _printed(b.number) for a, b in shared),
        kinds=share(a.kind == b.kind for a, b in shared),
        paths=share(a.path == b.path for a, b in shared),
    )


def _printed(number: str) -> str:
    """A number without the comma after it, which annotators leave to the text (`第一，`); cleaning unifies dashes."""
    return number.rstrip("，：:").replace("-", "—")


def without_headline(text: str, unit: Unit) -> Unit:
    """The unit without a headline on a line of its own: whether that line is its head or a heading is a convention."""
    head, _, rest = text[unit.start : unit.end].partition("\n")
    if not rest.strip() or len(head.strip()) > _HEADLINE_MAX:
        return unit
    start, end = trim(text, unit.start + len(head), unit.end)
    return replace(unit, start=start, end=end)


def heading_starts(measure: SegmentedMeasure, outline: Sequence[Heading]) -> tuple[int, ...]:
    """Where the titles above a measure begin: of those with its words and level, the last one before it."""
    starts: list[int] = []
    for title in measure.heading_path:
        before = [heading.start for heading in outline if heading.title == title and heading.start <= measure.start]
        starts.append(max(before, default=-1))
    return tuple(starts)


def baseline(text: str) -> list[Unit]:
    """What plain regular expressions give: a unit from every number at a line's start to the next one.

    Its heading path is the last `一、` and the last `（一）` below it, the usual order of official documents.
    """
    heads = list(_BASELINE.finditer(text))
    stops = [*(head.start() for head in heads[1:]), len(text)]
    units: list[Unit] = []
    path: tuple[int, ...] = ()
    for head, stop in zip(heads, stops[: len(heads)], strict=True):
        start, end = trim(text, head.end(), stop)
        rank = _rank(head[1])
        above = path if rank is None else path[:rank]
        if start < end:
            units.append(Unit(start, end, head[1], path=above))
        if rank is not None:
            path = (*above, start)
    return units


def _rank(number: str) -> int | None:
    """Depth of a printed number in the usual order: `一、` 0, `（一）` 1, None for what numbers no heading."""
    if number[0] in "（(":
        return 1
    return 0 if number[-1] in "、．." and not number[0].isdigit() else None
