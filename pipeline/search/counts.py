"""How often each term stands in each text: whole numbers, so that an index has the same bytes on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pipeline.search import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_CHUNK = 10_000


@dataclass(frozen=True)
class WordVocabulary:
    """Words in order of first appearance; the position is the id."""

    terms: list[str]

    @cached_property
    def _id(self) -> dict[str, int]:
        return {term: i for i, term in enumerate(self.terms)}

    def __len__(self) -> int:
        """How many."""
        return len(self.terms)

    def id_of(self, term: str) -> int | None:
        """Id of a word, None if no text has it."""
        return self._id.get(term)

    def n_terms(self, text: str) -> int:
        """Distinct words of a text, known or not."""
        return len(set(words.words(text)))

    def ids(self, text: str) -> np.ndarray:
        """Ids of the known words of a text, one an occurrence, int64."""
        known = (self._id.get(word, -1) for word in words.words(text))
        return np.array([i for i in known if i >= 0], np.int64)

    def array(self) -> np.ndarray:
        """The words as UTF-8 bytes, a line each, uint8."""
        return np.frombuffer("\n".join(self.terms).encode(), np.uint8)

    @classmethod
    def of_array(cls, array: np.ndarray) -> WordVocabulary:
        """The inverse of `array`."""
        text = array.tobytes().decode()
        return cls(text.split("\n") if text else [])


@dataclass(frozen=True)
class PairVocabulary:
    """Character pairs by ascending code, int64; the position is the id."""

    codes: np.ndarray

    def __len__(self) -> int:
        """How many."""
        return len(self.codes)

    def n_terms(self, text: str) -> int:
        """Distinct pairs of a text, known or not."""
        return len(np.unique(words.pairs([text])[0]))

    def ids(self, text: str) -> np.ndarray:
        """Ids of the known pairs of a text, one an occurrence, int64."""
        codes, _ = words.pairs([text])
        if not len(self.codes):
            return np.zeros(0, np.int64)
        places = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        known: np.ndarray = places[self.codes[places] == codes]
        return known

    def array(self) -> np.ndarray:
        """The codes."""
        return self.codes

    @classmethod
    def of_array(cls, array: np.ndarray) -> PairVocabulary:
        """The inverse of `array`."""
        return cls(array)


@dataclass(frozen=True)
class TermCounts:
    """Sparse matrix of texts by terms: text i has terms `term[start[i]:start[i + 1]]`, each `count` times.

    Attributes:
        vocabulary: the terms.
        start: int64 (n + 1,).
        term: int32 (k,), ascending within a text.
        count: uint16 (k,), at most 65,535.
    """

    vocabulary: WordVocabulary | PairVocabulary
    start: np.ndarray
    term: np.ndarray
    count: np.ndarray

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """Everything as arrays, for storage."""
        parts = {"start": self.start, "term": self.term, "count": self.count, "vocabulary": self.vocabulary.array()}
        return {f"{prefix}_{name}": array for name, array in parts.items()}

    @classmethod
    def of_arrays(
        cls, arrays: Mapping[str, np.ndarray], prefix: str, vocabulary: type[WordVocabulary | PairVocabulary]
    ) -> TermCounts:
        """The inverse of `arrays`."""
        start, term, count, terms = (arrays[f"{prefix}_{name}"] for name in ("start", "term", "count", "vocabulary"))
        return cls(vocabulary.of_array(terms), start, term, count)


def count_words(texts: Sequence[str]) -> TermCounts:
    """Jieba words of texts."""
    seen: dict[str, int] = {}
    keys = []
    for first in range(0, len(texts), _CHUNK):
        chunk = [[seen.setdefault(w, len(seen)) for w in words.words(text)] for text in texts[first : first + _CHUNK]]
        owner = np.repeat(np.arange(len(chunk)), [len(ids) for ids in chunk])
        flat = np.fromiter((i for ids in chunk for i in ids), np.int64, len(owner))
        keys.append((owner, flat, len(chunk)))
    return _counts(WordVocabulary(list(seen)), iter(keys))


def count_pairs(texts: Sequence[str]) -> TermCounts:
    """Character pairs of texts."""
    chunks = [texts[first : first + _CHUNK] for first in range(0, len(texts), _CHUNK)]
    found = [(*words.pairs(chunk), len(chunk)) for chunk in chunks]
    codes = np.unique(np.concatenate([np.unique(code) for code, _, _ in found] or [np.zeros(0, np.int64)]))
    located = ((owner, np.searchsorted(codes, code), n) for code, owner, n in found)
    return _counts(PairVocabulary(codes), located)


def _counts(
    vocabulary: WordVocabulary | PairVocabulary, chunks: Iterator[tuple[np.ndarray, np.ndarray, int]]
) -> TermCounts:
    """Occurrences to counts, chunk by chunk: (text within the chunk, term, texts in the chunk)."""
    terms, counts, lengths = [], [], []
    for owner, term, n in chunks:
        keys, count = np.unique((owner.astype(np.int64) << 32) | term, return_counts=True)
        terms.append((keys & 0xFFFFFFFF).astype(np.int32))
        counts.append(np.minimum(count, 0xFFFF).astype(np.uint16))
        lengths.append(np.bincount(keys >> 32, minlength=n))
    start = np.concatenate([np.zeros(1, np.int64), *lengths]).cumsum()
    return TermCounts(
        vocabulary,
        start.astype(np.int64),
        np.concatenate([np.zeros(0, np.int32), *terms]),
        np.concatenate([np.zeros(0, np.uint16), *counts]),
    )
