"""Reading a run of characters that one lost byte of GB18030 has shifted: every way to shift it back, by likelihood.

GB18030 writes a Chinese character as two bytes. When the first byte of one is lost, the pairs after it are formed from
the second byte of one character and the first of the next, until a single-byte character resynchronises. So the run's
bytes are right and only their pairing is wrong, except for what was lost: the missing first byte, a last byte without
a partner (both printed as `?`), pairs in the code's user-defined zones, which have no character and vanished, and
full-width letters that were later made half-width. A beam search over these unknowns scores the text it restores.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipeline.cleaning.likelihood import Likelihood
from pipeline.cleaning.script import Script, converter

MARKERS = "?？\ufffd"
BEAM = 160
"""States kept at each character. Too few prune the rivals too and make a wrong reading look certain: with 60 one of the
five places of the Qingyuan document was repaired wrongly, with 120 and more it is flagged."""

WRONG_SCRIPT = -4.0
"""Log prior of a character of the other script than the document's: texts hold fewer than 2 in 100."""

_TEXTUAL = re.compile(r"[一-鿿、。·—～…‘’“”〔〕《》「」『』【】！％（）＋，－．／０-９：；？Ａ-Ｚａ-ｚ]")
"""What a run may be restored to: characters and marks of running text, no box drawings, kana or symbols."""

UNKNOWN = -1
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
    """GBK by bytes: characters by lead and trail, and the zones whose pairs print nothing."""

    character: Mapping[tuple[int, int], str]
    by_trail: Mapping[int, tuple[tuple[int, str], ...]]
    by_lead: Mapping[int, tuple[tuple[int, str], ...]]
    empty: Mapping[int, tuple[int, ...]]


@lru_cache(maxsize=1)
def codes() -> Codes:
    """The two-byte part of GB18030; pairs mapped to the private use area are the empty ones."""
    character: dict[tuple[int, int], str] = {}
    by_trail: dict[int, list[tuple[int, str]]] = {}
    by_lead: dict[int, list[tuple[int, str]]] = {}
    empty: dict[int, list[int]] = {}
    for lead in _LEADS:
        for trail in _TRAILS:
            decoded = bytes((lead, trail)).decode("gb18030", "ignore")
            if len(decoded) != 1:
                continue
            if not _TEXTUAL.match(decoded) and not "\ue000" <= decoded <= "\uf8ff":
                continue
            if "\ue000" <= decoded <= "\uf8ff":
                empty.setdefault(lead, []).append(trail)
                continue
            character[lead, trail] = decoded
            by_trail.setdefault(trail, []).append((lead, decoded))
            by_lead.setdefault(lead, []).append((trail, decoded))
    return Codes(
        character,
        {trail: tuple(pairs) for trail, pairs in by_trail.items()},
        {lead: tuple(pairs) for lead, pairs in by_lead.items()},
        {lead: tuple(trails) for lead, trails in empty.items()},
    )


@lru_cache(maxsize=1)
def simple_forms() -> tuple[Mapping[str, str], frozenset[str], frozenset[str]]:
    """Simplified form of each character of GBK; the characters only traditional, and only simplified, text has."""
    every = sorted(set(codes().character.values()))
    listed = "\n".join(every)
    simple = dict(zip(every, converter("tw2s").convert(listed).split("\n"), strict=True))
    hant = dict(zip(every, converter("s2t").convert(listed).split("\n"), strict=True))
    traditional = frozenset(c for c in every if simple[c] != c and hant[c] == c)
    simplified = frozenset(c for c in every if hant[c] != c and simple[c] == c)
    return simple, traditional, simplified


@dataclass(frozen=True)
class Restored:
    """One way to read the run: `end` is where it ends in the damaged text, `score` its log probability.

    `vanished` counts the pairs it had to invent; `prior` is the part of the score that does not come from the language
    model but from characters of the wrong script.
    """

    text: str
    end: int
    score: float
    prior: float
    vanished: int


class _State(NamedTuple):
    """A partial reading: text so far, the byte that waits for its partner, and the last two characters simplified."""

    score: float
    prior: float
    out: str
    pending: int
    vanished: int
    after_empty: int = 0
    tail: str = ""


class Reader:
    """Restores runs of one document.

    Args:
        likelihood: the language model of the document.
        script: the document's script.
    """

    def __init__(self, likelihood: Likelihood, script: Script) -> None:
        self.likelihood = likelihood
        self._simple, traditional, simplified = simple_forms()
        self._foreign = simplified if script == "hant" else traditional

    def readings(self, text: str, start: int, left: str) -> list[Restored]:
        """All ways in the beam to read the run that begins at the marker `text[start]`, unordered.

        Args:
            text: the damaged text.
            start: offset of the marker that stands for the lost first byte.
            left: simplified context before it, one character or more.
        """
        states = [_State(0.0, 0.0, "", UNKNOWN, 0)]
        done: list[Restored] = []
        place = start + 1
        while states and place - start <= _MAX_RUN:
            states = self._prune([*states, *self._insert_empty(states, left)])
            character = text[place] if place < len(text) else "\n"
            ended = sorted(self._finish(states, character, place, left), key=lambda found: (-found.score, found.text))
            done += ended[:_KEPT_ENDS]
            pair = _pair(character)
            if pair is None:
                break
            states = self._prune([found for state in states for found in self._take(state, *pair, left)])
            place += 1
        return done

    def _grown(self, state: _State, character: str, pending: int, left: str) -> _State:
        before = state.tail or self.plain(left[-2:])
        simple = self._simple.get(character, character)
        prior = WRONG_SCRIPT if character in self._foreign else 0.0
        score = state.score + prior + self.likelihood.step(before, simple)
        return _State(
            score, state.prior + prior, state.out + character, pending, state.vanished, tail=before[-1:] + simple
        )

    def plain(self, text: str) -> str:
        """The text in simplified characters, one by one."""
        return "".join(self._simple.get(character, character) for character in text)

    def _take(self, state: _State, first: int, second: int, left: str) -> Iterator[_State]:
        """Complete the pending byte with `first`; `second` is the next pending one."""
        for character in self._completions(state, first):
            yield self._grown(state, character, second, left)

    def _completions(self, state: _State, trail: int) -> Iterator[str]:
        known = codes()
        if state.after_empty:
            allowed = known.empty[state.after_empty]
            yield from (c for lead, c in known.by_trail.get(trail, ()) if lead in allowed)
        elif state.pending == UNKNOWN:
            yield from (c for _, c in known.by_trail.get(trail, ()))
        else:
            character = known.character.get((state.pending, trail))
            if character is not None:
                yield character

    def _insert_empty(self, states: Sequence[_State], left: str) -> Iterator[_State]:
        """States in which a pair without a character stood here: its bytes end one character and begin the next."""
        # a full beam leaves no room below its worst state, and no character raises a score
        floor = min(state.score for state in states) if len(states) >= BEAM else -math.inf
        for state in states:
            if state.pending == UNKNOWN or state.vanished >= _MAX_VANISHED:
                continue
            for lead in codes().empty:
                for character in self._completions(state, lead):
                    grown = self._grown(state, character, UNKNOWN, left)
                    if grown.score >= floor:
                        yield grown._replace(vanished=state.vanished + 1, after_empty=lead)

    def _finish(self, states: Sequence[_State], character: str, place: int, left: str) -> Iterator[Restored]:
        """Ways to end here: a single byte completes the last pair, or its second byte was lost (`?`)."""
        for rank, state in enumerate(states):
            if not state.out and state.pending == UNKNOWN:
                continue
            if "@" <= character <= "~":
                for last in self._completions(state, ord(character)):
                    grown = self._grown(state, last, 0, left)
                    yield Restored(grown.out, place + 1, grown.score, grown.prior, grown.vanished)
            if character in MARKERS and state.pending > 0 and rank < _OPEN_ENDS:
                for _, last in codes().by_lead.get(state.pending, ()):
                    grown = self._grown(state, last, 0, left)
                    yield Restored(grown.out, place + 1, grown.score, grown.prior, grown.vanished)

    @staticmethod
    def _prune(states: Sequence[_State]) -> list[_State]:
        """The best states, one for each (text, pending byte)."""
        ranked = sorted(states, key=lambda state: (-state.score, state.out, state.pending))
        kept: dict[tuple[str, int, int], _State] = {}
        for state in ranked:
            kept.setdefault((state.out, state.pending, state.after_empty), state)
            if len(kept) >= BEAM:
                break
        return list(kept.values())


def _pair(character: str) -> tuple[int, int] | None:
    """The two bytes a character of the run stands for; half-width ASCII was full-width (row A3) when it was shifted."""
    if "!" <= character <= "~":
        return _FULL_WIDTH_ROW, ord(character) + 0x80
    if character == "\ufffd":
        return None
    encoded = character.encode("gb18030", "ignore")
    return (encoded[0], encoded[1]) if len(encoded) == 2 else None  # noqa: PLR2004 - a pair
