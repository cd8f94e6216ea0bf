"""Cutting a text at marked spans, for templates that draw them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Run:
    """A piece of text under the same marks; `kinds` is empty where nothing is marked."""

    text: str
    kinds: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """All explanations of the marks, for a tooltip."""
        return "；".join(self.titles)


@dataclass(frozen=True)
class Mark:
    """Characters `[start, end)` marked as `kind`; `title` explains it."""

    start: int
    end: int
    kind: str
    title: str = ""


def runs(text: str, marks: Iterable[Mark]) -> list[Run]:
    """Cut `text` so that each piece lies under one set of marks; marks may overlap, and are clipped to the text."""
    inside = [
        Mark(max(0, m.start), min(len(text), m.end), m.kind, m.title)
        for m in marks
        if m.end > 0 and m.start < len(text)
    ]
    inside = [m for m in inside if m.end > m.start]
    borders = sorted({0, len(text), *(m.start for m in inside), *(m.end for m in inside)})
    inside.sort(key=lambda m: (m.start, m.end, m.kind))
    pieces, over, coming = [], list[Mark](), 0
    for start, end in pairwise(borders):
        # Marks are met in order: a paragraph with a thousand repairs is not looked through a thousand times.
        over = [m for m in over if m.end > start]
        while coming < len(inside) and inside[coming].start <= start:
            over.append(inside[coming])
            coming += 1
        kinds = tuple(dict.fromkeys(m.kind for m in over))
        titles = tuple(dict.fromkeys(m.title for m in over if m.title))
        pieces.append(Run(text[start:end], kinds, titles))
    return pieces


def occurrences(text: str, words: Iterable[str], kind: str = "hit") -> list[Mark]:
    """Every place where one of `words` stands in `text`, letters of either case."""
    lowered = text.lower()
    # Lower-casing may change the length of rare letters (İ): then positions would be wrong, so look as it stands.
    haystack = lowered if len(lowered) == len(text) else text
    found = []
    for word in dict.fromkeys(words):
        needle = word.lower() if haystack is lowered else word
        position = haystack.find(needle) if needle else -1
        while position >= 0:
            found.append(Mark(position, position + len(needle), kind))
            position = haystack.find(needle, position + len(needle))
    return found


def excerpt(text: str, around: int, length: int) -> tuple[int, int]:
    """Bounds of at most `length` characters of `text` that show the place `around`."""
    if len(text) <= length:
        return 0, len(text)
    start = max(0, min(around - length // 3, len(text) - length))
    return start, start + length
