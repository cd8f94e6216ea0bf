"""Cue words: which of a codebook's words stand in a text, and how much each category gets from them.

Matching is leftmost-longest and non-overlapping (Aho-Corasick in polars), so that 学前教育 is one cue and not also
the 教育 inside it. A word counts once a text: plans repeat their words, and repetition says little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.classification.codebook import Codebook

Matrix = Any
"""A scipy.sparse CSR matrix (scipy has no types)."""


@dataclass(frozen=True)
class CueTable:
    """All cue words of a codebook, longest first, with their weights: `weights` (n_words, k) float64."""

    words: list[str]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, codebook: Codebook) -> CueTable:
        """Gather the words of all categories; a word may speak for several."""
        found = {word for category in codebook.categories for word, _ in category.weighted_cues}
        words = sorted(found, key=lambda word: (-len(word), word))
        position = {word: i for i, word in enumerate(words)}
        weights = np.zeros((len(words), len(codebook.ids)))
        for column, category in enumerate(codebook.categories):
            for word, weight in category.weighted_cues:
                weights[position[word], column] = weight
        return cls(words, weights)

    @cached_property
    def _position(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}

    def presence(self, texts: Sequence[str]) -> Matrix:
        """(n, n_words) sparse 0/1: which words stand in each text."""
        shape = (len(texts), len(self.words))
        if not self.words or not texts:
            return csr_matrix(shape)
        found = (
            pl.DataFrame({"word": pl.Series(list(texts), dtype=pl.String)})
            .with_row_index("row")
            .with_columns(pl.col("word").str.extract_many(self.words, leftmost=True))
            .explode("word", empty_as_null=True)
            .drop_nulls()
            .unique()
            .sort("row", "word")
        )
        columns = found["word"].replace_strict(self._position, return_dtype=pl.Int64).to_numpy()
        rows = found["row"].to_numpy()
        return csr_matrix((np.ones(len(found)), (rows, columns)), shape=shape)

    def mass(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(n, k): summed weights of each category's words in each text."""
        return np.asarray(self.presence(texts) @ self.weights)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Every occurrence in one text: (start, end, row of `words`), in reading order."""
        if not self.words or not text:
            return []
        hits = pl.Series([text]).str.extract_many(self.words, leftmost=True)
        spans, at = [], 0
        for word in hits[0]:
            start = text.index(word, at)
            at = start + len(word)
            spans.append((start, at, self._position[word]))
        return spans
