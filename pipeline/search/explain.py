"""What a hit shares with the query, to the character."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from pipeline.search.query import Shared
from pipeline.search.words import is_inside, words_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MIN_RUN = 4
"""Shared characters in a row that are shown even where they cut across words."""


def shared_spans(
    query: str, text: str, idf: Callable[[str], float], common: float, terms: Sequence[str] = ()
) -> tuple[Shared, ...]:
    """Stretches of `text` that `query` has too, in reading order, without overlap.

    They are the quoted `terms`, words of two or more characters rarer than `common` (an idf), and any run of at
    least `MIN_RUN` equal characters; where several cover the same place the longest is given.

    Args:
        query: the query's text.
        text: the hit's text.
        idf: how telling a word is.
        common: words with a smaller idf are not shown alone.
        terms: quoted terms of the query, shown wherever they stand.
    """
    in_query: dict[str, int] = {}
    for word, start in words_of(query):
        in_query.setdefault(word, start)
    in_text = [(word, start, start + len(word)) for word, start in words_of(text)]
    found = [
        (start, end, in_query[word])
        for word, start, end in in_text
        if len(word) > 1 and word in in_query and idf(word) >= common
    ]
    found += [(m.start(), m.end(), query.find(term)) for term in terms for m in re.finditer(re.escape(term), text)]
    return tuple(
        Shared(
            start,
            end,
            at,
            at + end - start,
            text[start:end],
            round(sum(idf(word) for word, a, b in in_text if start <= a and b <= end), 3),
        )
        for start, end, at in _without_overlap(found + _runs(query, text))
    )


@functools.lru_cache(maxsize=256)
def words_of(text: str) -> tuple[tuple[str, int], ...]:
    """Kept for a moment: one query is compared with every hit."""
    return tuple(words_at(text))


def _runs(query: str, text: str) -> list[tuple[int, int, int]]:
    """Maximal runs of equal characters, greedily from the left: (start, end, start in the query)."""
    seeds: dict[str, list[int]] = {}
    for i in range(len(query) - MIN_RUN + 1):
        seeds.setdefault(query[i : i + MIN_RUN], []).append(i)
    runs, at = [], 0
    while at <= len(text) - MIN_RUN:
        places = seeds.get(text[at : at + MIN_RUN])
        if not places:
            at += 1
            continue
        length, place = max((_extent(query, text, place, at), -place) for place in places)
        runs += _trimmed(text, at, at + length, -place)
        at += length
    return runs


def _trimmed(text: str, start: int, end: int, at: int) -> list[tuple[int, int, int]]:
    """A run without punctuation at its ends and without half a number or Latin word; none if little is left."""
    first, last = start, end
    if first and _is_latin(text[first - 1]):
        while first < last and _is_latin(text[first]):
            first += 1
    if last < len(text) and _is_latin(text[last]):
        while first < last and _is_latin(text[last - 1]):
            last -= 1
    while first < last and not is_inside(text[first]):
        first += 1
    while first < last and not is_inside(text[last - 1]):
        last -= 1
    return [(first, last, at + first - start)] if last - first >= MIN_RUN else []


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _extent(query: str, text: str, i: int, j: int) -> int:
    length = 0
    while i + length < len(query) and j + length < len(text) and query[i + length] == text[j + length]:
        length += 1
    return length


def _without_overlap(spans: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Longest first, the rest where they do not overlap; in reading order."""
    kept: list[tuple[int, int, int]] = []
    taken: set[int] = set()
    for start, end, at in sorted(spans, key=lambda s: (s[0] - s[1], s[0], s[2])):
        if taken.isdisjoint(range(start, end)):
            kept.append((start, end, at))
            taken.update(range(start, end))
    return sorted(kept)
