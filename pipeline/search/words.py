"""Text to index terms: jieba words and character pairs; quoted terms of a query."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import numpy as np

from pipeline.wordcut import tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TERM = re.compile(r"[^\W_]+")
_ALWAYS_EXACT = re.compile(r'"([^"]+)"|「([^」]+)」|『([^』]+)』')
_CURLY = re.compile(r"“([^”]+)”")
_SENTENCE = re.compile(r"[。；！？\n]")
SHORT_QUERY = 60
"""Characters up to which “…” in a query asks for the exact term; a whole measure merely contains such marks."""

PAIR_BITS = 21
"""Bits of a code point: a pair of characters is `first << 21 | second`."""


@functools.lru_cache(maxsize=100_000)
def _cut(run: str) -> tuple[tuple[str, int], ...]:
    """Words of a run without punctuation and their offsets; long words and the words inside them."""
    return tuple((word, start) for word, start, _ in tokenizer().tokenize(run, mode="search", HMM=False))


def is_inside(character: str) -> bool:
    """Whether a character belongs to terms: letters and digits do, punctuation and spaces do not."""
    return _TERM.match(character) is not None


def words_at(text: str) -> Iterator[tuple[str, int]]:
    """Index words of a text with their offsets: `义务教育` gives 义务, 教育 and 义务教育; punctuation gives none."""
    for match in _TERM.finditer(text):
        for word, start in _cut(match.group()):
            yield word.lower(), match.start() + start


def words(text: str) -> list[str]:
    """Index words of a text."""
    return [word for word, _ in words_at(text)]


@functools.cache
def _inside_table() -> np.ndarray:
    """Whether each code point belongs to terms, boolean (0x110000,)."""
    return np.fromiter((chr(code).isalnum() for code in range(0x110000)), bool, 0x110000)


def pairs(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of neighbouring characters of several texts; those with punctuation or space are left out.

    Returns:
        Codes `first << 21 | second`, int64 (k,), and the position of the text of each, int64 (k,).
    """
    lowered = [text.lower() for text in texts]
    joined = "\n".join(lowered)  # the line break is no term: no pair spans two texts
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    inside = _inside_table()[codes]
    owner = np.repeat(np.arange(len(lowered)), [len(text) + 1 for text in lowered])[: len(codes)]
    both = np.flatnonzero(inside[:-1] & inside[1:])
    return (codes[both] << PAIR_BITS) | codes[both + 1], owner[both]


def quoted(query: str) -> tuple[str, ...]:
    """Terms that a query demands exactly: in "…", 「…」, 『…』, and in “…” unless the query is itself a whole text."""
    patterns = [_ALWAYS_EXACT]
    if len(query) <= SHORT_QUERY and not _SENTENCE.search(query):
        patterns.append(_CURLY)
    found = (next(filter(None, match.groups())).strip() for pattern in patterns for match in pattern.finditer(query))
    return tuple(dict.fromkeys(term for term in found if term))
