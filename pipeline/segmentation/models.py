"""What segmentation returns. Offsets are code points of the document's clean text, half-open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["plan", "achievement", "principle"]


@dataclass(frozen=True, slots=True)
class Target:
    """A quantified aim: `quantity` (what is counted) `comparator` `value` `unit`.

    `comparator` is one of `=`, `>=`, `<=`, `>`, `<`, `~`, `range`; for a range `value` is its lower bound and
    `high` the upper one. `value` is in `unit`s with 万 and 亿 multiplied out (90亿元 is 9e9 元).
    """

    text: str
    quantity: str
    unit: str
    comparator: str
    value: float
    start: int
    end: int
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A document named in 《…》; the span covers the marks and a document number after them, if any."""

    title: str
    issuer: str | None
    year: int | None
    start: int
    end: int
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is to be done: `due` is an ISO date or its known part (`2026`, `2026-06`), or empty."""

    text: str
    due: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is responsible, as printed; `lead` is true for the unit in charge (牵头)."""

    unit: str
    lead: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A title in the outline: `level` 1 is outermost; the span is the title without its number."""

    title: str
    number: str
    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """Text that belongs to no measure, and why, so that nothing is lost silently."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class SegmentedMeasure:
    """One measure; `text` is `document[start:end]`, without its number."""

    path: str
    ordinal: int
    number: str
    heading_path: list[str]
    headline: str
    text: str
    start: int
    end: int
    kind: Kind
    targets: list[Target] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A document cut into measures, its outline, and everything that was left out with its reason."""

    measures: list[SegmentedMeasure]
    outline: list[Heading]
    skipped: list[Skipped]
