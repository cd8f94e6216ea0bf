"""The sentences of measures: where they begin and end, and their vectors.

A further category counts when a sentence of its own is about it (taxonomy, labelling rules), and the vector of a whole
measure hardly moves for one sentence in eight. So the classifier reads every measure twice: whole, and sentence by
sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MARKS = "。；！？\n"
"""What ends a sentence. Semicolons separate too, for they separate tasks."""
_SENTENCE = re.compile(rf"[^{MARKS}]+[{MARKS}]*")


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of the sentences of a text, each with the marks that end it. Never empty."""
    return [found.span() for found in _SENTENCE.finditer(text)] or [(0, len(text))]


@dataclass(frozen=True)
class Sentences:
    """The sentences of n texts, text by text in reading order.

    `texts` (m,) the sentences themselves; `counts` (n,) how many each text has, at least one; `vectors` (m, dim) raw.
    """

    texts: list[str]
    counts: NDArray[np.int64]
    vectors: NDArray[np.float32]

    @property
    def starts(self) -> NDArray[np.int64]:
        """(n,) row of each text's first sentence."""
        return np.asarray(np.cumsum(self.counts) - self.counts)

    @property
    def owner(self) -> NDArray[np.int64]:
        """(m,) the text each sentence stands in."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def take(self, rows: NDArray[np.int64]) -> Sentences:
        """The sentences of some texts, in that order."""
        places = gather(self.starts[rows], self.counts[rows])
        return Sentences([self.texts[i] for i in places], self.counts[rows], self.vectors[places])

    def joined(self, other: Sentences) -> Sentences:
        """These sentences followed by those of other texts."""
        return Sentences(
            self.texts + other.texts,
            np.concatenate([self.counts, other.counts]),
            np.vstack([self.vectors, other.vectors]),
        )


def gather(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of runs: each `start` and the `count - 1` positions after it, one run after the other."""
    before = np.cumsum(counts) - counts
    return np.asarray(np.arange(counts.sum()) + np.repeat(starts - before, counts), dtype=np.int64)


def split(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """All sentences of the texts and how many each text has."""
    spans = [sentences(text) for text in texts]
    pieces = [text[start:end] for text, found in zip(texts, spans, strict=True) for start, end in found]
    return pieces, np.array([len(found) for found in spans], dtype=np.int64)
