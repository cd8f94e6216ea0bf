"""What the selector collects: measures before their contents are read, and where in the outline they stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.segmentation.models import Heading, Kind, Skipped

if TYPE_CHECKING:
    from pipeline.segmentation.sentences import Span


Cells = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]
"""Spans of the cells of a table row that name who is responsible and until when."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the outline the walk stands: path components, titles above, kind of what follows."""

    path: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    kind: Kind = "plan"

    def below(self, step: str, title: str, kind: Kind) -> Place:
        """The place inside a block with this path component and title."""
        return Place((*self.path, step), (*self.headings, title) if title else self.headings, kind)


@dataclass(frozen=True, slots=True)
class Draft:
    """A measure: where it stands, what it is numbered, its span, and the end of a headline on its own line."""

    path: str
    number: str
    headings: tuple[str, ...]
    start: int
    end: int
    head: int | None
    kind: Kind
    cells: Cells = ((), ())


@dataclass(slots=True)
class Selection:
    """Measures, the outline, and what was left out."""

    drafts: list[Draft] = field(default_factory=list)
    outline: list[Heading] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def emit(self, path: str, number: str, place: Place, span: Span, cells: Cells = ((), ())) -> None:
        """Add a measure with the full `path`; an empty span adds nothing."""
        if span.start < span.end:
            draft = Draft(path, number, place.headings, span.start, span.end, span.head, place.kind, cells)
            self.drafts.append(draft)

    def skip(self, start: int, end: int, reason: str) -> None:
        """Set text aside."""
        if start < end:
            self.skipped.append(Skipped(start, end, reason))

    def ordered(self) -> list[tuple[str, Draft]]:
        """Measures in reading order with unique paths: the second `1.2` of a document is `1.2~2`."""
        seen: Counter[str] = Counter()
        result: list[tuple[str, Draft]] = []
        for draft in sorted(self.drafts, key=lambda draft: draft.start):
            seen[draft.path] += 1
            path = draft.path if seen[draft.path] == 1 else f"{draft.path}~{seen[draft.path]}"
            result.append((path, draft))
        return result
