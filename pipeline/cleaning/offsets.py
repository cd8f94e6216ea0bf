"""Where each character of the clean text comes from: a piecewise map between clean and source offsets.

A map is a list of runs. Run `i` covers the clean characters from `clean[i]` to `clean[i + 1]` and the `length[i]`
source characters from `source[i]`. Where both lengths agree, characters correspond one to one; where they differ
(a repaired passage, `...` for `……`), the run is indivisible. Source characters between two runs were removed. The
last run has no characters: it marks where both texts end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int64]


class Span(NamedTuple):
    """Half-open interval of code points."""

    start: int
    end: int


@dataclass(frozen=True, eq=False)
class OffsetMap:
    """Runs `(clean, source, length)`, three int64 arrays of equal length, ascending, ended by an empty run."""

    clean: Offsets
    source: Offsets
    length: Offsets

    @classmethod
    def identity(cls, n: int) -> OffsetMap:
        """The map of a text of `n` characters that was left as it is."""
        runs = [(0, 0, n), (n, n, 0)] if n else [(0, 0, 0)]
        return cls.from_runs(runs)

    @classmethod
    def from_runs(cls, runs: list[tuple[int, int, int]]) -> OffsetMap:
        """Build from `(clean, source, length)` triples; the last must be the empty end run."""
        table = np.asarray(runs, dtype=np.int64).reshape(-1, 3)
        return cls(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy())

    @classmethod
    def from_spans(cls, starts: Offsets, ends: Offsets, n_source: int) -> OffsetMap:
        """Build from the source span of each clean character, arrays of shape (n_clean,).

        Characters whose spans overlap (a rule rewrote part of what another had rewritten) form an indivisible run.
        """
        n = len(starts)
        if n == 0:
            return cls.from_runs([(0, n_source, 0)])
        overlaps = starts[1:] < np.maximum.accumulate(ends)[:-1]
        alone = ~np.append(overlaps, False) & ~np.insert(overlaps, 0, False)
        plain = alone & (ends - starts == 1)
        follows = (starts[1:] == ends[:-1]) & plain[1:] & plain[:-1]
        first = np.flatnonzero(np.concatenate(([True], ~(follows | overlaps))))
        begins, reaches = np.minimum.reduceat(starts, first), np.maximum.reduceat(ends, first)
        return cls(
            np.append(first, n).astype(np.int64),
            np.append(begins, n_source).astype(np.int64),
            np.append(reaches - begins, 0).astype(np.int64),
        )

    @property
    def n_clean(self) -> int:
        """Length of the clean text."""
        return int(self.clean[-1])

    @property
    def n_source(self) -> int:
        """Length of the source text."""
        return int(self.source[-1])

    @property
    def n_removed(self) -> int:
        """Source characters that no clean character stands for."""
        ends = np.maximum.accumulate(self.source + self.length)
        fresh = np.concatenate((self.source[:1], np.maximum(self.source[1:], ends[:-1])))
        return self.n_source - int(np.maximum(ends - fresh, 0).sum())

    def to_source(self, start: int, end: int) -> Span:
        """Source span of the clean span `[start, end)`; an empty span maps to an empty one.

        Raises ValueError unless `0 <= start <= end <= n_clean`.
        """
        self._check(start, end, self.n_clean, "clean")
        first, _ = self._source_of(start)
        return Span(first, first) if start == end else Span(first, self._source_of(end - 1)[1])

    def to_clean(self, start: int, end: int) -> Span:
        """Clean span of all characters that the source span `[start, end)` touches; empty if all were removed.

        Raises ValueError unless `0 <= start <= end <= n_source`.
        """
        self._check(start, end, self.n_source, "source")
        first = self._first_clean(start)
        if start == end:
            return Span(first, first)
        run = int(np.searchsorted(self.source, end - 1, side="right")) - 1
        last = 0 if run < 0 else self._clean_end(run, end)
        return Span(first, max(first, last))

    def _check(self, start: int, end: int, limit: int, what: str) -> None:
        if not 0 <= start <= end <= limit:
            raise ValueError(f"span [{start}, {end}) lies outside the {what} text of {limit} characters")

    def _width(self, run: int) -> int:
        return int(self.clean[run + 1] - self.clean[run]) if run + 1 < len(self.clean) else 0

    def _source_of(self, offset: int) -> Span:
        run = int(np.searchsorted(self.clean, offset, side="right")) - 1
        origin, length = int(self.source[run]), int(self.length[run])
        if length == self._width(run) and length > 0:
            place = origin + offset - int(self.clean[run])
            return Span(place, place + 1)
        return Span(origin, origin + length)

    def _first_clean(self, offset: int) -> int:
        run = int(np.searchsorted(self.source + self.length, offset, side="right"))
        if run >= len(self.clean):
            return self.n_clean
        inside = offset - int(self.source[run])
        if inside > 0 and int(self.length[run]) == self._width(run):
            return int(self.clean[run]) + inside
        return int(self.clean[run])

    def _clean_end(self, run: int, end: int) -> int:
        inside = min(end - int(self.source[run]), int(self.length[run]))
        if int(self.length[run]) == self._width(run):
            return int(self.clean[run]) + inside
        return int(self.clean[run]) + self._width(run)
