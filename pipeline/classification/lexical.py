"""Character n-gram TF-IDF as plain data: a vocabulary and its idf, counted by scikit-learn.

Characters, not words: Chinese writes no spaces, and 2- to 4-grams that occur in at least two texts are mostly words
already; a segmenter adds seconds per ten thousand measures and did not add F1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

NGRAMS = (2, 4)
MIN_TEXTS = 2


def _vectoriser(vocabulary: list[str] | None = None) -> Any:
    return TfidfVectorizer(
        analyzer="char",
        ngram_range=NGRAMS,
        min_df=MIN_TEXTS if vocabulary is None else 1,
        sublinear_tf=True,
        vocabulary=vocabulary,
        dtype=np.float32,
        lowercase=False,
    )


@dataclass(frozen=True)
class CharTfidf:
    """A fitted vocabulary (sorted n-grams) and `idf` (n_grams,)."""

    grams: list[str]
    idf: NDArray[np.float64]

    @classmethod
    def fit(cls, texts: Sequence[str]) -> CharTfidf:
        """Learn n-grams that occur in two texts or more; none at all when there are no such texts."""
        vectoriser = _vectoriser()
        try:
            vectoriser.fit(texts)
        except ValueError:  # scikit-learn's word for an empty vocabulary
            return cls([], np.zeros(0))
        return cls(vectoriser.get_feature_names_out().tolist(), np.asarray(vectoriser.idf_, dtype=np.float64))

    @cached_property
    def _fitted(self) -> Any:
        vectoriser = _vectoriser(self.grams)
        vectoriser.idf_ = self.idf
        return vectoriser

    @cached_property
    def position(self) -> dict[str, int]:
        """N-gram to column."""
        return {gram: i for i, gram in enumerate(self.grams)}

    def transform(self, texts: Sequence[str]) -> Any:
        """(n, n_grams) sparse rows of unit length (or zero)."""
        if not self.grams:
            return csr_matrix((len(texts), 0), dtype=np.float32)
        return self._fitted.transform(texts)

    def occurrences(self, text: str) -> list[tuple[int, int]]:
        """(start, column) of every known n-gram in a text; its length is that of the n-gram."""
        low, high = NGRAMS
        return [
            (start, self.position[text[start : start + size]])
            for size in range(low, high + 1)
            for start in range(len(text) - size + 1)
            if text[start : start + size] in self.position
        ]
