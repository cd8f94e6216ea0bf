"""Places that a running text names: candidates for where its issuer sits, never more."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from pipeline.ingestion.places import Gazetteer, Place, gazetteer, most_likely
from pipeline.wordcut import entries

_MIN_SHORT = 2
_LONGEST = 200_000


@dataclass(frozen=True)
class Mention:
    """A place named in a text, `form` as printed."""

    place: Place
    form: str
    start: int
    end: int
    full: bool


def mentions(text: str) -> list[Mention]:
    """Places of the gazetteer that a text names, the longest at each position.

    A short name that is also an everyday word (资源, 合作) or has two characters with its level (和县 in 和县级) is not
    counted. A county's short name counts only beside its city or province: 钱塘 beside 浙江, not 新建 or 新城.
    """
    found: list[Mention] = []
    names = gazetteer()
    starts = _first_pairs()
    text = text[:_LONGEST]
    place = 0
    while place < len(text) - 1:
        step = 1
        for length in starts.get(text[place : place + 2], ()):
            form = text[place : place + length]
            options = _named_by(form, names)
            if options:
                full = form in names.full
                found += [Mention(option, form, place, place + length, full) for option in options]
                step = length
                break
        place += step
    named = {mention.place.lowest for mention in found}
    return [m for m in found if m.full or m.place.level != "county" or named & {m.place.province, m.place.city}]


def _named_by(form: str, names: Gazetteer) -> list[Place]:
    if form in names.full:
        return [] if len(form) == _MIN_SHORT else most_likely(list(names.full[form]))
    if form not in names.short or form in everyday_words():
        return []
    return most_likely(list(names.short[form]))


@lru_cache(maxsize=1)
def everyday_words() -> frozenset[str]:
    """Short place names that jieba's dictionary lists as words of another kind than names (0.4 s, once)."""
    short = gazetteer().short
    return frozenset(word for word, _, tag in entries() if word in short and not tag.startswith(("ns", "nr", "nz")))


@lru_cache(maxsize=1)
def _first_pairs() -> dict[str, tuple[int, ...]]:
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for name in (*gazetteer().full, *gazetteer().short):
        if len(name) >= _MIN_SHORT:
            lengths[name[:2]].add(len(name))
    return {pair: tuple(sorted(found, reverse=True)) for pair, found in lengths.items()}
