"""A text under correction: edits change it, and it remembers where every remaining character came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from pipeline.cleaning.offsets import OffsetMap, Offsets


class Edit(NamedTuple):
    """Replace `[start, end)` of the present text by `after`; offsets are those of the draft, not of the source."""

    start: int
    end: int
    after: str
    rule: str


@dataclass(frozen=True)
class Change:
    """One recorded change: the rule, the source span, what stood there and what stands there now."""

    rule: str
    source_start: int
    source_end: int
    before: str
    after: str


@dataclass
class Draft:
    """The text so far; `starts[i]` and `ends[i]` are the source span of its i-th character."""

    text: str
    starts: Offsets
    ends: Offsets
    n_source: int
    changes: list[Change] = field(default_factory=list)

    @classmethod
    def of(cls, source: str) -> Draft:
        """A draft that is still the source itself."""
        places = np.arange(len(source) + 1, dtype=np.int64)
        return cls(source, places[:-1], places[1:], len(source))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Source span of `[start, end)` of the draft."""
        if start < end:
            return int(self.starts[start]), int(self.ends[end - 1])
        place = int(self.starts[start]) if start < len(self.starts) else self.n_source
        return place, place

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make all edits at once; they must be in order and must not overlap. No-op edits are dropped.

        Raises ValueError when two edits overlap.
        """
        texts: list[str] = []
        starts: list[Offsets] = []
        ends: list[Offsets] = []
        done = 0
        for edit in edits:
            if edit.start < done or edit.end < edit.start:
                raise ValueError(f"edits overlap or run backwards at {edit}")
            edit = self._trimmed(edit)  # noqa: PLW2901 - the untrimmed edit must not be used below
            before = self.text[edit.start : edit.end]
            if before == edit.after:
                continue
            texts += [self.text[done : edit.start], edit.after]
            new_starts, new_ends = self._spread(edit)
            starts += [self.starts[done : edit.start], new_starts]
            ends += [self.ends[done : edit.start], new_ends]
            self.changes.append(Change(edit.rule, *self.span(edit.start, edit.end), before, edit.after))
            done = edit.end
        if not texts:
            return
        self.text = "".join([*texts, self.text[done:]])
        self.starts = np.concatenate([*starts, self.starts[done:]])
        self.ends = np.concatenate([*ends, self.ends[done:]])

    def substitute(self, text: str, rule: str) -> None:
        """Replace the whole text by one of the same length, recording each maximal run of changed characters.

        Raises ValueError for a different length.
        """
        if len(text) != len(self.text):
            raise ValueError(f"substitution of {len(self.text)} characters by {len(text)}")
        for start, end in changed_runs(self.text, text):
            source = self.span(start, end)
            self.changes.append(Change(rule, *source, self.text[start:end], text[start:end]))
        self.text = text

    def offsets(self) -> OffsetMap:
        """The map between the present text and the source."""
        return OffsetMap.from_spans(self.starts, self.ends, self.n_source)

    def _trimmed(self, edit: Edit) -> Edit:
        """The edit without the ends it leaves as they are, so that they keep their own source characters."""
        start, end, after = edit.start, edit.end, edit.after
        if len(after) > end - start:
            return edit  # a text that grows keeps its source characters, or the new ones would have none
        while start < end and after and self.text[start] == after[0]:
            start, after = start + 1, after[1:]
        while start < end and after and self.text[end - 1] == after[-1]:
            end, after = end - 1, after[:-1]
        return Edit(start, end, after, edit.rule)

    def _spread(self, edit: Edit) -> tuple[Offsets, Offsets]:
        """Source spans for the characters of a replacement: dealt out evenly, or shared if there are too few."""
        width, count = edit.end - edit.start, len(edit.after)
        if count == 0:
            return self.starts[:0], self.ends[:0]
        if width < count:
            begin, finish = self.span(edit.start, edit.end)
            return np.full(count, begin, np.int64), np.full(count, finish, np.int64)
        cuts = edit.start + (np.arange(count + 1) * width) // count
        return self.starts[cuts[:-1]], self.ends[cuts[1:] - 1]


def changed_runs(before: str, after: str) -> list[tuple[int, int]]:
    """Maximal intervals in which two texts of equal length differ."""
    differs = _codes(before) != _codes(after)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], differs, [False]))))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _codes(text: str) -> np.ndarray:
    # surrogatepass: a lone surrogate from a broken decoder must not stop the cleaning
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def ordered(edits: Iterable[Edit]) -> list[Edit]:
    """Edits by place; of overlapping ones the earlier (then longer) wins."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, -e.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept
