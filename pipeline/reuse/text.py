"""Text as arrays: what counts when wording is compared, and where each character stood.

Comparison ignores punctuation, spaces, width, case and script: `（一）　加强ＡＩ教育，` and `(一)加強ai教育` become
the same codes. Every code keeps the offset of its character, so that whatever is found leads back to the text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Codes: TypeAlias = NDArray[np.uint16]
Ints: TypeAlias = NDArray[np.int64]

CHUNK_CHARS = 250_000
"""Characters normalised at once: temporary arrays of 0.5 MB are used again and again. Those of 8 MB went back to the
system each time, and a third of the time of a million texts was spent on fetching them anew."""
BASIC_PLANE = 0x10000
HAN = (0x3400, 0xA000)
RARE_HAN = (0x20000, 0x40000)
PRIVATE = 0xE000
N_PRIVATE = 6400
"""Rare characters beyond the basic plane are folded into the private area, so that four codes fill 64 bits."""


@dataclass(frozen=True)
class Corpus:
    """Normalised texts, one after the other.

    Attributes:
        codes: (n_codes,) folded characters of all texts; 0 never occurs.
        starts: (n_texts + 1,) where each text begins in `codes`.
        positions: (n_codes,) offset of each code's character within its own text.
    """

    codes: Codes
    starts: Ints
    positions: NDArray[np.int32]

    def __len__(self) -> int:
        """How many texts."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> Ints:
        """Codes of each text, (n_texts,)."""
        return np.diff(self.starts)

    def of(self, text: int) -> Codes:
        """Codes of one text."""
        return self.codes[self.starts[text] : self.starts[text + 1]]

    def span(self, text: int, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original text of the codes `[start, end)` of one text; needs `start < end`."""
        base = int(self.starts[text])
        return int(self.positions[base + start]), int(self.positions[base + end - 1]) + 1

    def string(self) -> str:
        """All codes as one string of the same length, for slicing."""
        return str(self.codes.data, "utf-16-le")

    def take(self, rows: Ints) -> Corpus:
        """The texts `rows`, in that order."""
        lengths = self.lengths[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        index = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Corpus(self.codes[index], starts, self.positions[index] if len(self.positions) else self.positions)


def _simplified(characters: str) -> str:
    """Each character in simplified script by itself (`tw2s` also turns 著 into 着 where `t2s` does not)."""
    from opencc import OpenCC

    lines: list[str] = OpenCC("tw2s").convert("\n".join(characters)).split("\n")
    return "".join(new if len(new) == 1 else old for old, new in zip(characters, lines, strict=True))


@lru_cache(maxsize=1)
def fold_table() -> Codes:
    """(65536,) what each character of the basic plane counts as; 0 for what does not count.

    Letters and numbers count, by their compatibility form (NFKC), in lower case and simplified script. Of forms
    that expand, such as `㎡`, the first character stands for all.
    """
    table = np.zeros(BASIC_PLANE, np.uint16)
    for code in range(BASIC_PLANE):
        if unicodedata.category(chr(code))[0] in "LN":
            folded = unicodedata.normalize("NFKC", chr(code)).lower()[:1]
            table[code] = ord(folded) if folded.isalnum() and ord(folded) < PRIVATE else 0
    han = "".join(chr(int(code)) for code in np.unique(table) if HAN[0] <= code < HAN[1])
    simple = np.arange(BASIC_PLANE, dtype=np.uint16)
    simple[[ord(old) for old in han]] = [min(ord(new), 0xFFFF) for new in _simplified(han)]
    while np.any(simple[simple] != simple):
        simple = simple[simple]  # 麼 becomes 么, and 么 by itself 幺: all three must come out as one
    return simple[table]


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = size = 0
    for end, text in enumerate(texts, 1):
        size += len(text)
        if size >= CHUNK_CHARS or end == len(texts):
            yield texts[start:end]
            start, size = end, 0


def _units(texts: Sequence[str]) -> tuple[Codes, Codes]:
    """One 16-bit unit for each character of the texts, and the table of what each unit counts as."""
    joined = "".join(texts)
    units = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), np.uint16)
    if len(units) == len(joined):
        return units, fold_table()
    wide = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    beyond = wide >= BASIC_PLANE
    ideographs = (wide >= RARE_HAN[0]) & (wide < RARE_HAN[1])  # emoji and other signs do not count
    folded = fold_table()[np.where(beyond, 0, wide)]
    folded[ideographs] = PRIVATE + wide[ideographs] % N_PRIVATE
    return folded, np.arange(BASIC_PLANE, dtype=np.uint16)


@kernel
def _fold(
    units: Codes, lengths: Ints, table: Codes, end: int, codes: Codes, positions: NDArray[np.int32], kept: Ints
) -> int:
    """Append what counts of some texts to `codes` from `end` on; the new end. No branch: twice as fast."""
    i = 0
    for t in range(len(lengths)):
        start = end
        for place in range(lengths[t]):
            codes[end] = table[units[i]]
            if len(positions):
                positions[end] = place
            end += int(codes[end] != 0)
            i += 1
        kept[t] = end - start
    return end


def normalise(texts: Sequence[str], *, offsets: bool = True) -> Corpus:
    """Texts as comparable codes with their offsets (left empty if not wanted: they are two thirds of the memory)."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    room = int(lengths.sum()) + 1
    codes, positions = np.empty(room, np.uint16), np.empty(room if offsets else 0, np.int32)
    kept, row, end = np.zeros(len(texts), np.int64), 0, 0
    for chunk in _chunks(texts):
        units, table = _units(chunk)
        rows = slice(row, row + len(chunk))
        end = _fold(units, lengths[rows], table, end, codes, positions, kept[rows])
        row += len(chunk)
    return Corpus(codes[:end], np.concatenate([[0], np.cumsum(kept)]).astype(np.int64), positions[:end])
