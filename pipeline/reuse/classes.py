"""Class tokens: a number counts as any number, and a bureau's own place as any bureau's own place.

`清远市新建幼儿园12所` and `通州区新建幼儿园3所` are the same template. Class tokens serve to find such pairs and to
say how much of one is covered by the other; edit similarity always compares the characters themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.grams import digits_alike
from pipeline.reuse.text import BASIC_PLANE, Codes, Corpus, Ints, fold_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

NUMBER = 1
PLACE = 2
"""Codes of the class tokens; control characters never count, so they cannot occur in a text."""
NUMERALS = "0123456789零〇一二三四五六七八九十百千两"

MIN_NAME = 2
"""Characters of the shortest bare name: `巴` alone would match in any text."""

_NATIONS = (
    "维吾尔|壮族|回族|藏族|苗族|土家族|彝族|蒙古族?|朝鲜族|侗族|布依族|哈尼族|傣族|白族|傈僳族|景颇族|羌族|黎族|"
    "瑶族|畲族|满族|锡伯|哈萨克|柯尔克孜|土族|撒拉族|仡佬族|水族|拉祜族|佤族|纳西族|各族|联合"
)
_SUFFIX = re.compile(rf"(?:{_NATIONS})*(?:自治区|自治州|自治县|自治旗|特别行政区|新区|地区|林区|省|市|区|县|州|盟|旗)$")
_SELF = "[全我本][省市区县州旗盟]"
"""全市, 我区, 本县: how a bureau names its own place without naming it."""


@dataclass(frozen=True)
class Tokens:
    """Texts as tokens: a character, a whole number, or a whole own place name.

    Attributes:
        codes: (n_tokens,) characters and class codes.
        starts: (n_texts + 1,) where each text begins in `codes`.
        first: (n_tokens + 1,) index in the corpus's codes where each token begins.
    """

    codes: Codes
    starts: Ints
    first: Ints

    def __len__(self) -> int:
        """How many texts."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> Ints:
        """Tokens of each text, (n_texts,)."""
        return np.diff(self.starts)


def any_digit(codes: Codes) -> Codes:
    """Every Arabic digit as `0`, character by character: no pair's edit distance grows by it."""
    out = np.empty_like(codes)
    digits_alike(codes, out)
    return out


@lru_cache(maxsize=1024)
def place_names(full: str) -> tuple[str, ...]:
    """A place's full name and its bare one: `清远市` is also `清远`, `临夏回族自治州` also `临夏`."""
    bare = _SUFFIX.sub("", full)
    return (full, bare) if len(bare) >= MIN_NAME and bare != full else (full,)


def _fold_name(name: str) -> str:
    table = fold_table()
    return "".join(chr(table[ord(c)]) for c in name if ord(c) < BASIC_PLANE and table[ord(c)])


@lru_cache(maxsize=1024)
def place_pattern(places: tuple[str | None, ...]) -> re.Pattern[str]:
    """Matches a bureau's own place names, longest first, and its words for itself, in normalised text."""
    names = {_fold_name(name) for place in places if place for name in place_names(place)} - {""}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join([*map(re.escape, longest_first), _SELF]))


def _places(corpus: Corpus, owners: Sequence[tuple[str | None, ...]]) -> Ints:
    """(n, 2) spans of own place names in the corpus's codes; a name never runs from one text into the next."""
    text, starts, run = corpus.string(), corpus.starts, 0
    found: list[tuple[int, int]] = []
    for row in range(1, len(owners) + 1):
        if row < len(owners) and owners[row] == owners[run]:
            continue
        matches = place_pattern(owners[run]).finditer(text, int(starts[run]), int(starts[row]))
        found.extend(match.span() for match in matches)
        run = row
    spans = np.array(found, np.int64).reshape(-1, 2)
    first, last = (np.searchsorted(starts, at, side="right") for at in (spans[:, 0], spans[:, 1] - 1))
    return np.asarray(spans[first == last])


def _kinds(corpus: Corpus, owners: Sequence[tuple[str | None, ...]]) -> NDArray[np.bool_]:
    """(2, n_codes): whether a code is in a number, and whether an own place name begins or goes on there."""
    spans = _places(corpus, owners)
    depth = np.zeros(len(corpus.codes) + 1, np.int8)
    np.add.at(depth, spans[:, 0], 1)
    np.add.at(depth, spans[:, 1], -1)
    place = np.cumsum(depth[:-1]) > 0
    numerals = np.zeros(BASIC_PLANE, bool)
    numerals[[ord(c) for c in NUMERALS]] = True
    return np.stack([numerals[corpus.codes] & ~place, place])


def tokenise(corpus: Corpus, owners: Sequence[tuple[str | None, ...]]) -> Tokens:
    """Replace numbers and own place names by class tokens.

    Args:
        corpus: normalised texts.
        owners: for each text the full names of its issuer's places (province, city, county).
    """
    number, place = _kinds(corpus, owners)
    begins = np.ones(len(corpus.codes), bool)
    begins[1:] = ~((number[1:] & number[:-1]) | (place[1:] & place[:-1]))
    begins[corpus.starts[:-1][corpus.lengths > 0]] = True
    first = np.flatnonzero(begins)
    codes = np.where(place, np.uint16(PLACE), np.where(number, np.uint16(NUMBER), corpus.codes))[first]
    starts = np.searchsorted(first, corpus.starts).astype(np.int64)
    return Tokens(codes, starts, np.append(first, len(corpus.codes)).astype(np.int64))


def owners(measures: pl.DataFrame, documents: pl.DataFrame) -> list[tuple[str | None, ...]]:
    """The places of each measure's issuer, in the order of `measures`."""
    places = documents.select("doc_id", "province", "city", "county")
    joined = measures.select("doc_id").join(places, on="doc_id", how="left", maintain_order="left")
    return [tuple(row) for row in joined.select("province", "city", "county").iter_rows()]
