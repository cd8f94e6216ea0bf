"""How well targets and citations inside measures agree with a gold standard, beside plain regular expressions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from pipeline.segmentation.evaluation import NOTHING, Rate, share
from pipeline.segmentation.models import Citation, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIGURE = re.compile(r"(\d+(?:\.\d+)?)(万|亿)?([%％]|个百分点|[一-鿿])")
_TITLE = re.compile(r"《[^《》]*》")
_FACTORS = {"万": 1e4, "亿": 1e8, None: 1.0}


@dataclass(frozen=True, slots=True)
class TargetLabel:
    """A target as annotated: its span, what it says, and the words that name what is counted (empty if none)."""

    start: int
    end: int
    comparator: str
    value: float
    high: float | None
    unit: str
    quantity: str


@dataclass(frozen=True, slots=True)
class CitationLabel:
    """A cited title as annotated: the span of 《…》 and the document number after it, empty if there is none."""

    start: int
    end: int
    number: str


@dataclass(frozen=True, slots=True)
class DetailAgreement:
    """Pooled counts: exact spans, figures a target shares with the gold, and each field given the exact span.

    `overlaps` counts a target as found when it overlaps one of the gold standard: annotators differ on whether a word
    such as `达` belongs to the span. Fields are judged on overlapping pairs too. `quantity` is the mean overlap in
    characters (F1 of the two bags of characters, as SQuAD measures answers), as hits in thousandths.
    """

    spans: Rate = NOTHING
    overlaps: Rate = NOTHING
    fields: Mapping[str, Rate] = field(default_factory=dict)

    def __add__(self, other: DetailAgreement) -> DetailAgreement:
        """Pooled counts."""
        names = [*self.fields, *(name for name in other.fields if name not in self.fields)]
        merged = {name: self.fields.get(name, NOTHING) + other.fields.get(name, NOTHING) for name in names}
        return DetailAgreement(self.spans + other.spans, self.overlaps + other.overlaps, merged)


def pooled(agreements: Iterable[DetailAgreement]) -> DetailAgreement:
    """All measures together."""
    return reduce(add, agreements, DetailAgreement())


def character_f1(first: str, second: str) -> float:
    """Overlap of two short texts as bags of characters; 1 for two empty ones."""
    if not first or not second:
        return float(first == second)
    common = sum((Counter(first) & Counter(second)).values())
    return 2 * common / (len(first) + len(second))


def compare_targets(found: Sequence[Target], gold: Sequence[TargetLabel]) -> DetailAgreement:
    """Targets of one measure against the gold standard; both sides in order and free of overlaps of their own."""
    exact = {(target.start, target.end) for target in found} & {(label.start, label.end) for label in gold}
    pairs = [
        (target, label)
        for label in gold
        if (target := next((t for t in found if t.start < label.end and label.start < t.end), None)) is not None
    ]
    met = len({target.start for target, _ in pairs})
    similar = [round(1000 * character_f1(target.quantity, label.quantity)) for target, label in pairs]
    return DetailAgreement(
        spans=Rate(len(exact), len(found), len(gold)),
        overlaps=Rate(met, len(found), len(gold)),
        fields={
            "value": share(_same(t.value, g.value) and _same(t.high, g.high) for t, g in pairs),
            "unit": share(t.unit == g.unit for t, g in pairs),
            "comparator": share(_sign(t) == g.comparator for t, g in pairs),
            "quantity_exact": share(t.quantity == g.quantity for t, g in pairs),
            "quantity": Rate(sum(similar), 1000 * len(similar), 1000 * len(similar)),
        },
    )


def _sign(target: Target) -> str:
    """The comparator as annotated: a range has its upper bound beside it and no sign of its own."""
    return "=" if target.comparator == "range" else target.comparator


def _same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))


def compare_citations(found: Sequence[Citation], gold: Sequence[CitationLabel]) -> DetailAgreement:
    """Citations of one measure against the gold standard; spans are those of 《…》."""
    spans = {(citation.start, citation.start + len(citation.title) + 2): citation for citation in found}
    wanted = {(label.start, label.end): label for label in gold}
    shared = [(spans[span], label) for span, label in wanted.items() if span in spans]
    rate = Rate(len(shared), len(spans), len(wanted))
    return DetailAgreement(rate, rate, {"number": share((c.number or "") == g.number for c, g in shared)})


def baseline_targets(text: str, start: int, end: int) -> list[Target]:
    """What a plain regular expression gives: digits, 万 or 亿, and the next character as the unit."""
    return [
        Target(match[0], "", match[3].replace("％", "%"), "=", float(match[1]) * _FACTORS[match[2]], *match.span())
        for match in _FIGURE.finditer(text, start, end)
    ]


def baseline_citations(text: str, start: int, end: int) -> list[Citation]:
    """Everything between title marks."""
    return [Citation(match[0][1:-1], None, None, *match.span()) for match in _TITLE.finditer(text, start, end)]
