"""Character n-gram TF-IDF as plain data: a vocabulary and its idf, counted by scikit-learn.

Characters, not words: Chinese writes no spaces, and 2- to 4-grams that occur in at least two texts are mostly words
already; a segmenter adds seconds per ten thousand measures and did not add F1.

scikit-learn counts n-grams one by one in Python: 40 s for the texts of 100,000 measures, and as much again for their
sentences. Here sentences are counted once, all n-grams of a length together, and a text is the sum of its sentences:
so n-grams never run across the end of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.classification.sentences import MARKS

NGRAMS = (2, 4)
MIN_TEXTS = 2
_ACROSS = re.compile(rf"[{MARKS}][^{MARKS}]|\0")


@dataclass(frozen=True)
class CharTfidf:
    """A fitted vocabulary (sorted n-grams) and `idf` (n_grams,)."""

    grams: list[str]
    idf: NDArray[np.float64]

    @classmethod
    def fit(cls, texts: Sequence[str]) -> CharTfidf:
        """Learn n-grams that occur in two texts or more; none at all when there are no such texts."""
        counter = TfidfVectorizer(analyzer="char", ngram_range=NGRAMS, min_df=MIN_TEXTS, lowercase=False)
        try:
            counter.fit(texts)
        except ValueError:  # scikit-learn's word for an empty vocabulary
            return cls([], np.zeros(0))
        names = counter.get_feature_names_out().tolist()
        kept = [i for i, gram in enumerate(names) if not _ACROSS.search(gram)]
        return cls([names[i] for i in kept], np.asarray(counter.idf_, dtype=np.float64)[kept])

    @cached_property
    def position(self) -> dict[str, int]:
        """N-gram to column."""
        return {gram: i for i, gram in enumerate(self.grams)}

    @cached_property
    def _alphabet(self) -> NDArray[np.int64]:
        """Code point to a small number, 0 for characters of no n-gram: four of them then fit in 64 bits, exactly."""
        characters = sorted(set("".join(self.grams)))
        table = np.zeros(0x110000, dtype=np.int64)
        table[[ord(char) for char in characters]] = np.arange(1, len(characters) + 1)
        return table

    def _key(self, codes: NDArray[np.int64], size: int) -> NDArray[np.int64]:
        """One number for each run of `size` characters; -1 where a character is of no n-gram."""
        base = int(self._alphabet.max()) + 1
        n = max(0, len(codes) - size + 1)
        keys, known = np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.bool_)
        for place in range(size):
            part = codes[place : place + n]
            keys = keys * base + part
            known &= part > 0
        return np.where(known, keys, -1)

    @cached_property
    def _sorted_keys(self) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Length to the sorted keys of its n-grams and their columns."""
        found = {}
        for size in range(NGRAMS[0], NGRAMS[1] + 1):
            columns = np.array([i for i, gram in enumerate(self.grams) if len(gram) == size], dtype=np.int64)
            codes = _codes("".join(self.grams[i] for i in columns))
            keys = self._key(self._alphabet[codes], size)[::size] if len(columns) else np.zeros(0, dtype=np.int64)
            order = np.argsort(keys)
            found[size] = (keys[order], columns[order])
        return found

    def counts(self, texts: Sequence[str]) -> Any:
        """(n, n_grams) sparse float64: how often each n-gram stands in each text."""
        shape = (len(texts), len(self.grams))
        # One unknown character after each text keeps n-grams from running into the next.
        codes = self._alphabet[_codes("\0".join(texts))]
        lengths = np.array([len(text) + 1 for text in texts], dtype=np.int64)
        owner = np.repeat(np.arange(len(texts)), lengths)
        rows, columns = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for size, (keys, place) in self._sorted_keys.items():
            if len(keys):
                wanted = self._key(codes, size)
                at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
                hits = np.flatnonzero(keys[at] == wanted)
                rows.append(owner[hits])
                columns.append(place[at[hits]])
        found = (np.concatenate(rows), np.concatenate(columns))
        return csr_matrix((np.ones(len(found[0])), found), shape=shape)

    def weigh(self, counts: Any) -> Any:
        """Rows (1 + ln tf) * idf of unit length, or zero: sublinear TF-IDF (Manning et al. 2008, 6.4.1)."""
        rows = counts.astype(np.float64)
        rows.data = (1.0 + np.log(rows.data)) * self.idf[rows.indices]
        norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        rows.data /= np.repeat(np.maximum(norms, 1e-12), np.diff(rows.indptr))
        return rows.astype(np.float32)

    def occurrences(self, text: str) -> list[tuple[int, int]]:
        """(start, column) of every known n-gram in a text; its length is that of the n-gram."""
        low, high = NGRAMS
        return [
            (start, self.position[text[start : start + size]])
            for size in range(low, high + 1)
            for start in range(len(text) - size + 1)
            if text[start : start + size] in self.position
        ]


def _codes(text: str) -> NDArray[np.int64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
