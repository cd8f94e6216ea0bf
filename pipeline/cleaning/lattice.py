"""Reading a run of characters that one lost byte of GB18030 has shifted: every way to shift it back, by likelihood.

GB18030 writes a Chinese character as two bytes. When the first byte of one is lost, the pairs after it are formed from
the second byte of one character and the first of the next, until a single-byte character resynchronises. So the run's
bytes are right and only their pairing is wrong, except for what was lost: the missing first byte, a last byte without
a partner (both printed as `?`), pairs in the code's user-defined zones, which have no character and vanished, and
full-width letters that were later made half-width. A beam search over these unknowns scores the text it restores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.cleaning.likelihood import Floats, Ints, Likelihood, encoded
from pipeline.cleaning.script import Script, converter

MARKERS = "?？\ufffd"
BEAM = 160
"""States kept at each character. Too few prune the rivals too and make a wrong reading look certain: with 60 one of the
five places of the Qingyuan document was repaired wrongly, with 120 and more it is flagged."""

WRONG_SCRIPT = -4.0
"""Log prior of a character of the other script than the document's: texts hold fewer than 2 in 100."""

_TEXTUAL = re.compile(r"[一-鿿、。·—～…‘’“”〔〕《》「」『』【】！％（）＋，－．／０-９：；？Ａ-Ｚａ-ｚ]")
"""What a run may be restored to: characters and marks of running text, no box drawings, kana or symbols."""

UNKNOWN = 256
"""In place of a first byte: it may be any. With a byte added: it may be any that follows that byte in an empty pair."""

_MAX_RUN = 40
_MAX_VANISHED = 3
_KEPT_ENDS = 300
_OPEN_ENDS = 60
"""States that may end in any of the 100 characters a lost last byte leaves open."""

_LEADS = range(0x81, 0xFF)
_TRAILS = [*range(0x40, 0x7F), *range(0x80, 0xFF)]
_FULL_WIDTH_ROW = 0xA3


@dataclass(frozen=True)
class Codes:
    """GBK by bytes: characters by lead and trail, and the zones whose pairs print nothing.

    Attributes:
        table: code points by first and second byte, 0 where there is none, shape (256, 256).
        empty: first bytes of pairs that print nothing, shape (256,).
        leads: first bytes a character may have by what is known of them (`Beam.pending`), shape (512, 256).
    """

    table: Ints
    empty: NDArray[np.bool_]
    leads: NDArray[np.bool_]


@lru_cache(maxsize=1)
def codes() -> Codes:
    """The two-byte part of GB18030; pairs mapped to the private use area are the empty ones."""
    table = np.zeros((256, 256), np.int64)
    leads = np.eye(512, 256, dtype=np.bool_)
    leads[UNKNOWN] = True
    for lead in _LEADS:
        for trail in _TRAILS:
            decoded = bytes((lead, trail)).decode("gb18030", "ignore")
            if "\ue000" <= decoded <= "\uf8ff":
                leads[UNKNOWN + lead, trail] = True
            elif len(decoded) == 1 and _TEXTUAL.match(decoded):
                table[lead, trail] = ord(decoded)
    empty = np.logical_or.reduce(leads[UNKNOWN:], axis=1)
    return Codes(table, empty, leads)


@dataclass(frozen=True)
class Forms:
    """Characters of GBK in both scripts, by code point.

    Attributes:
        simple: simplified form of each, shape (65536,); other characters stand for themselves.
        table: the same for `str.translate`.
        foreign: by script, the characters that only text in the other one has, shape (65536,).
    """

    simple: Ints
    table: Mapping[int, int]
    foreign: Mapping[Script, NDArray[np.bool_]]


@lru_cache(maxsize=1)
def forms() -> Forms:
    """What OpenCC makes of each character by itself."""
    table = codes().table
    every = [chr(code) for code in np.unique(table[table > 0]).tolist()]
    original, hans, hant = (
        encoded(text)[::2]  # a character a line, one for one
        for text in ("\n".join(every), *(converter(way).convert("\n".join(every)) for way in ("tw2s", "s2t")))
    )
    simple = np.arange(2**16)
    simple[original] = hans
    foreign: dict[Script, NDArray[np.bool_]] = {"hans": np.zeros(2**16, np.bool_), "hant": np.zeros(2**16, np.bool_)}
    foreign["hans"][original[(hans != original) & (hant == original)]] = True
    foreign["hant"][original[(hant != original) & (hans == original)]] = True
    return Forms(simple, dict(zip(original.tolist(), hans.tolist(), strict=True)), foreign)


@dataclass(frozen=True)
class Beam:
    """Readings of the run up to some place, n of them, the likeliest first where they are ranked.

    Attributes:
        texts: what each restores.
        language: log probability by the language model, shape (n,).
        prior: log prior of characters of the wrong script, shape (n,).
        before: the last two characters before what follows, simplified, shape (n, 2).
        pending: the byte that waits for its partner or what is known of it (`UNKNOWN`), shape (n,).
        vanished: how many pairs it had to invent, shape (n,).
    """

    texts: list[str]
    language: Floats
    prior: Floats
    before: Ints
    pending: Ints
    vanished: Ints

    @classmethod
    def ranked(cls, limit: int, *beams: Beam) -> Beam:
        """The best of some beams by probability, equal ones in the order of their texts."""
        texts = [text for beam in beams for text in beam.texts]
        columns = [np.concatenate([getattr(beam, name) for beam in beams]) for name in _COLUMNS]
        cost = (-columns[0] - columns[1]).tolist()
        order = sorted(range(len(texts)), key=lambda i: (cost[i], texts[i]))[:limit]
        return cls([texts[i] for i in order], *(column[order] for column in columns))


_COLUMNS = ("language", "prior", "before", "pending", "vanished")


class Reader:
    """Restores runs of one document.

    Args:
        likelihood: the language model of the document.
        script: the document's script.
    """

    def __init__(self, likelihood: Likelihood, script: Script) -> None:
        self.likelihood = likelihood
        self._prior = WRONG_SCRIPT * forms().foreign[script]

    def readings(self, text: str, start: int, left: str) -> dict[int, Beam]:
        """The likeliest ways to read the run that begins at the marker `text[start]`, by the offset where it ends.

        No two readings of a beam have the same text: that fixes the bytes, and so where pairs vanished.

        Args:
            text: the damaged text.
            start: offset of the marker that stands for the lost first byte.
            left: simplified context before it, two characters or more.
        """
        zero, none = np.zeros(1), np.zeros(1, np.int64)
        beam = Beam([""], zero, zero, encoded(left[-2:])[np.newaxis], none + UNKNOWN, none)
        found: dict[int, Beam] = {}
        for place in range(start + 1, start + _MAX_RUN + 1):
            character = text[place] if place < len(text) else "\n"
            beam = self._with_vanished(beam)
            if place > start + 1 and (ended := self._finished(beam, character)).texts:
                found[place + 1] = ended
            pair = _pair(character)
            if pair is None or not beam.texts:
                break
            rows, characters = _completions(beam.pending, pair[0])
            beam = Beam.ranked(BEAM, self._grown(beam, rows, characters, np.full(rows.size, pair[1]), BEAM))
        return found

    @staticmethod
    def plain(text: str) -> str:
        """The text in simplified characters, one by one."""
        return text.translate(forms().table)

    def _grown(self, beam: Beam, rows: Ints, characters: Ints, pending: Ints, limit: int) -> Beam:
        """Readings of the beam (`rows`, shape (m,)) with a character each and what is pending then; the `limit` best.

        Equal ones may exceed the limit; they are not ranked.
        """
        simple = forms().simple[characters]
        language = beam.language[rows] + self.likelihood.steps(beam.before, rows, simple)
        prior = beam.prior[rows] + self._prior[characters]
        if rows.size > limit:
            score = language + prior
            best = np.flatnonzero(score >= np.partition(score, -limit)[-limit])
            rows, characters, pending, simple = rows[best], characters[best], pending[best], simple[best]
            language, prior = language[best], prior[best]
        texts = [beam.texts[row] + chr(code) for row, code in zip(rows.tolist(), characters.tolist(), strict=True)]
        before = np.column_stack((beam.before[rows, 1], simple))
        return Beam(texts, language, prior, before, pending, beam.vanished[rows] + (pending > UNKNOWN))

    def _with_vanished(self, beam: Beam) -> Beam:
        """Also readings in which a pair without a character stood here: its bytes end one and begin the next."""
        known = codes()
        waiting = np.where((beam.pending < UNKNOWN) & (beam.vanished < _MAX_VANISHED), beam.pending, 0)
        rows, leads = np.nonzero((known.table[waiting] > 0) & known.empty)
        grown = self._grown(beam, rows, known.table[waiting[rows], leads], UNKNOWN + leads, BEAM)
        return Beam.ranked(BEAM, beam, grown)

    def _finished(self, beam: Beam, character: str) -> Beam:
        """Ways to end here: a single byte completes the last pair, or its second byte was lost (`?`)."""
        rows = characters = np.zeros(0, np.int64)
        if "@" <= character <= "~":
            rows, characters = _completions(beam.pending, ord(character))
        elif character in MARKERS:
            waiting = np.where(beam.pending < UNKNOWN, beam.pending, 0)[:_OPEN_ENDS]
            rows, trails = np.nonzero(codes().table[waiting])
            characters = codes().table[waiting[rows], trails]
        return Beam.ranked(_KEPT_ENDS, self._grown(beam, rows, characters, np.zeros_like(rows), _KEPT_ENDS))


def _completions(pending: Ints, trail: int) -> tuple[Ints, Ints]:
    """Characters that end with a byte, by the row of `pending` (shape (n,)) whose first bytes they may have."""
    rows, leads = np.nonzero(codes().leads[pending] & (codes().table[:, trail] > 0))
    return rows, codes().table[leads, trail]


def _pair(character: str) -> tuple[int, int] | None:
    """The two bytes a character of the run stands for; half-width ASCII was full-width (row A3) when it was shifted."""
    if "!" <= character <= "~":
        return _FULL_WIDTH_ROW, ord(character) + 0x80
    if character == "\ufffd":
        return None
    pair = character.encode("gb18030", "ignore")
    return (pair[0], pair[1]) if len(pair) == 2 else None  # noqa: PLR2004 - a pair
