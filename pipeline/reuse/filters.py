"""What must hold for a pair of texts to be within an edit distance, checked before the distance itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.reuse.grams import NINE, ZERO
from pipeline.reuse.jit import BLOCK, blocks, in_threads, kernel
from pipeline.reuse.text import Codes, Ints

BAG = 64
"""Buckets of the histogram of characters: one line of the cache."""
MOST = 255
"""The largest count a byte holds; a count cut off there only makes a bound weaker, never wrong."""

MARKS = 1 << 16
"""Slots of a table of pairs of neighbouring characters."""


class Texts(NamedTuple):
    """All texts and what is asked of them, as compiled code takes it.

    Attributes:
        codes: (n_codes,) one text after the other.
        starts: (n_texts + 1,) where each begins.
        bag: (n_texts, 64) histograms of characters.
        slack: edits allowed in a text of each length, up to the longest.
        new: (n_texts,) only pairs with at least one of these.
    """

    codes: Codes
    starts: Ints
    bag: NDArray[np.uint8]
    slack: Ints
    new: NDArray[np.bool_]


def asked(codes: Codes, starts: Ints, share: float, new: NDArray[np.bool_] | None) -> Texts:
    """Texts to be compared: all pairs of them if `new` is None."""
    slack = allowed(np.arange(int(np.diff(starts).max(initial=0)) + 1), share)
    return Texts(codes, starts, bags(codes, starts), slack, np.ones(len(starts) - 1, np.bool_) if new is None else new)


def allowed(lengths: Ints, share: float) -> Ints:
    """Edits allowed in texts of these lengths when `share` of the longer must agree."""
    return np.asarray(np.floor((1.0 - share) * lengths + 1e-9), np.int64)


@kernel
def _fill(codes: Codes, starts: Ints, first: int, last: int, out: NDArray[np.uint8]) -> None:
    for t in range(first, last):
        for i in range(starts[t], starts[t + 1]):
            code = ZERO if ZERO <= codes[i] <= NINE else codes[i]
            bucket = (np.uint32(code) * np.uint32(40503) >> np.uint32(8)) & np.uint32(BAG - 1)
            out[t, bucket] += np.uint8(out[t, bucket] < MOST)


def bags(codes: Codes, starts: Ints) -> NDArray[np.uint8]:
    """(n_texts, 64) how often the characters of each bucket occur, at most 255; all digits are one character."""
    raw = np.zeros((len(starts) - 1) * BAG + BAG, np.uint8)
    at = -raw.ctypes.data % BAG  # a row across two lines of the cache takes twice as long to fetch
    out = raw[at : at + len(raw) - BAG].reshape(-1, BAG)
    in_threads(lambda first, last: _fill(codes, starts, first, last, out), blocks(len(out), BLOCK))
    return out


@kernel
def bags_allow(bag: NDArray[np.uint8], x: int, y: int, edits: int, within: bool) -> bool:  # noqa: FBT001 compiled code takes no keywords
    """Whether so few edits can make up for the characters that text x lacks in y (and, unless within, y in x)."""
    lacking, longer = np.int32(0), np.int32(0)
    for b in range(BAG):
        # `int` of an unsigned byte stays unsigned in compiled code, and 2 - 3 would be 2**64 - 1.
        in_x, in_y = np.int32(bag[x, b]), np.int32(bag[y, b])
        lacking += in_x - in_y if in_x > in_y else np.int32(0)
        longer += in_y - in_x
    return bool(lacking <= edits and (within or lacking + longer <= edits))


@kernel
def _couple(first: np.uint16, second: np.uint16) -> np.uint32:
    return (np.uint32(first) * np.uint32(40503) ^ np.uint32(second)) & np.uint32(MARKS - 1)


@kernel
def _mark(codes: Codes, table: NDArray[np.uint8], value: np.uint8) -> None:
    for i in range(len(codes) - 1):
        table[_couple(codes[i], codes[i + 1])] = value


@kernel
def _lacking(codes: Codes, table: NDArray[np.uint8], most: int) -> int:
    """How many pairs of neighbours are not in the table; stops above `most`."""
    lacking = 0
    for i in range(len(codes) - 1):
        lacking += int(table[_couple(codes[i], codes[i + 1])] == 0)
        if lacking > most:
            break
    return lacking


@kernel
def all_allow(
    texts: Texts,
    y: int,
    within: bool,  # noqa: FBT001 compiled code takes no keywords
    table: NDArray[np.uint8],
    found: NDArray[np.int32],
) -> int:
    """Move the texts x that may be near y (or, `within`, stand in it) to the front of `found`; how many.

    One edit or one break between moved parts separates at most two pairs of neighbours. `table` (all 0) is scratch.
    """
    codes, starts, slack, new = texts.codes, texts.starts, texts.slack, texts.new
    kept = 0
    for row in range(len(found)):
        x = found[row]
        found[kept] = x
        edits = slack[starts[x + 1] - starts[x]]
        kept += int(x != y and (new[x] or new[y]) and bags_allow(texts.bag, x, y, edits, within))
    if kept == 0:
        return 0
    n, kept = kept, 0
    text = codes[starts[y] : starts[y + 1]]
    _mark(text, table, np.uint8(1))
    for row in range(n):
        x = found[row]
        most = 2 * slack[starts[x + 1] - starts[x]]
        found[kept] = x
        kept += int(_lacking(codes[starts[x] : starts[x + 1]], table, most) <= most)
    _mark(text, table, np.uint8(0))
    return kept
