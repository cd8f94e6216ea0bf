"""Places where a byte of GB18030 was lost: repaired where one reading is clearly likeliest, flagged where none is.

A place begins at a mark for the lost byte (`?`, U+FFFD) after a Chinese character. Its readings (see `lattice`) compete
with each other and with leaving the text as it stands, all scored on the same window of text by one language model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.cleaning.draft import Draft, Edit
from pipeline.cleaning.lattice import MARKERS, Beam, Reader
from pipeline.cleaning.likelihood import Likelihood
from pipeline.cleaning.readings import GLOSS, SYLLABLE, is_reading
from pipeline.cleaning.script import Script, to_simplified

_PLACE = re.compile(rf"[{MARKERS}](?<=[㐀-鿿豈-﫿)）”》、，。][{MARKERS}])(?=\S)|\ufffd")
_CUT = re.compile(rf"[{MARKERS}][^，。；,;\n]{{0,40}}")
_QUESTION = re.compile(r"[吗呢么什谁怎如何哪几多少嗎麼誰幾為为否能会會敢可]")
_TONED = re.compile(rf"[(（](?=[^()（）]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]){SYLLABLE}[)）]")
_CONTEXT = 6
_AFTER = 6
_GLOSS_MATCHES = 4.0
"""Log odds that an inserted reading fits the restored character by right and not by chance: 1 syllable in 60."""

_GLOSS_CONTRADICTS = -12.0
_GARBLED = -8.0
"""Mean log probability of a character below which a run is searched: running text has about -5, garbled text -14."""

_RESCORED = 200
_MANY = re.compile(rf"[{MARKERS}]{{4}}")
"""Four marks in a row are characters that an encoding could not hold, not one lost byte."""

_MAX_SEARCHES = 40
_MAX_MARKS = 1000
_CLAUSE = 60
_EVIDENT = 8.0
"""Nats by which some reading must beat the text as it stands for the place to count as damaged at all."""


@dataclass(frozen=True)
class Place:
    """A damaged place of the draft: the best reading, and by how many nats it leads the next and the text as it is."""

    start: int
    end: int
    text: str
    lead: float
    gain: float
    vanished: int = 0


def repair(draft: Draft, script: Script, margin: float) -> tuple[int, list[tuple[int, int]]]:
    """Repair a draft in place.

    Args:
        draft: the source text, readings still in it.
        script: its script.
        margin: lead in nats over the next reading that a repair needs; once more for each vanished pair it supposes.
            Measured on 133 lines of 14 real reports damaged by the same mechanism: at 2.0, 45 repairs of which 43
            right; at 3.0, 34 of 34; the rest is flagged.

    Returns:
        The number of repaired places and the source spans of those that stay damaged.
    """
    text = draft.text
    marks = [match.start() for match in _PLACE.finditer(text)]
    if not marks:
        return 0, []
    places = list(_judged(text, marks, script))
    repaired = [place for place in places if place.text and place.lead >= margin * (1 + place.vanished)]
    damaged = [place for place in places if place not in repaired]
    spans = [draft.span(place.start, place.end) for place in damaged]
    edits = [Edit(place.start, place.end, place.text, "damage") for place in repaired]
    for place in damaged:
        reading = _TONED.match(text, place.end)
        if reading:  # the character it belongs to is unreadable, but the bracket is not text all the same
            edits.append(Edit(*reading.span(), "", "reading"))
    draft.apply(sorted(edits))
    return len(repaired), spans


def _judged(text: str, marks: list[int], script: Script) -> Iterator[Place]:
    """Places that are damaged, each with its best reading; an unreadable one has an empty text."""
    undamaged = _CUT.sub("\n", GLOSS.sub(r"\g<char>", text))
    reader = Reader(Likelihood(to_simplified(undamaged) if script == "hant" else undamaged), script)
    done = searches = 0
    for mark in marks[:_MAX_MARKS]:
        if mark < done:
            continue
        left = f"\n\n{_plain(text[max(0, mark - 40) : mark])}"[-_CONTEXT:]
        place = None
        if _MANY.match(text, mark):
            place = _unread(text, mark)
        elif _garbled(text, mark, left, reader.likelihood):
            searches += 1
            place = _best(text, mark, left, reader) if searches <= _MAX_SEARCHES else _unread(text, mark)
        if place is None:
            place = _lost_character(text, mark)
        if place is not None:
            done = place.end
            yield place


def _unread(text: str, mark: int) -> Place:
    """A place that is flagged without a search: a text with so many is beyond repair, and each takes time."""
    cut = _CUT.match(text, mark)
    return Place(mark, cut.end() if cut else mark + 1, "", 0.0, 0.0)


@dataclass(frozen=True)
class Reading:
    """A way to read a run: where it ends, its log probability by characters, what follows included, and the rest."""

    end: int
    text: str
    language: float
    prior: float
    vanished: int


def _best(text: str, mark: int, left: str, reader: Reader) -> Place | None:
    """The likeliest reading of the run at a mark; None when the text is likelier as it stands."""
    found = reader.readings(text, mark, left)
    if not found:
        return None
    window = max(found) + _AFTER
    tails = {end: _Tail(text, end, window) for end in found}
    scored = sorted(
        (-_score(reading, tails[reading.end], left, reader), reading.end, reading.text, reading.vanished)
        for reading in _promising(found, tails, reader)
    )
    cost, end, best, vanished = scored[0]
    as_it_is = reader.likelihood.joint(left, _plain(text[mark:window]).replace("?", "？"))
    if -cost - as_it_is < _EVIDENT:
        return None
    rival = next((-other for other, _, reading, _ in scored if reading != best), as_it_is)
    return Place(mark, end, best, -cost - max(rival, as_it_is), -cost - as_it_is, vanished)


def _promising(found: Mapping[int, Beam], tails: Mapping[int, _Tail], reader: Reader) -> list[Reading]:
    """The best readings by the character model alone, which the search has already computed for the run itself."""
    every: list[Reading] = []
    for end, beam in found.items():
        after = reader.likelihood.after(beam.before, tails[end].text)
        odds = [tails[end].odds(text[-1]) for text in beam.texts]
        columns = (beam.language + after, beam.prior + odds, beam.vanished)
        rows = zip(beam.texts, *(column.tolist() for column in columns), strict=True)
        every += [Reading(end, *row) for row in rows]
    every.sort(key=lambda reading: (-reading.language - reading.prior, reading.end, reading.text))
    return every[:_RESCORED]


def _garbled(text: str, mark: int, left: str, likelihood: Likelihood) -> bool:
    """Whether what follows a mark reads badly enough for the search (20 ms): another mark or unlikely characters."""
    after = _plain(text[mark + 1 : mark + 1 + _AFTER]).split("\n")[0]
    if not after:
        return False
    return after[0] in f"{MARKERS}!！" or likelihood.text(left[-1] + "？", after) < _GARBLED * len(after)


class _Tail:
    """What follows a run that ends at `end`, within the window: plain text, and after an inserted reading."""

    def __init__(self, text: str, end: int, window: int) -> None:
        gloss = GLOSS.match(f"一{text[end : window + 10]}")
        self.reading = gloss["reading"] if gloss else None
        self.text = _plain(text[end + (gloss.end() - 1 if gloss else 0) : window])

    def odds(self, character: str) -> float:
        """Log odds from an inserted reading that fits, or does not fit, the last character of the run."""
        if self.reading is None:
            return 0.0
        return _GLOSS_MATCHES if is_reading(character, self.reading) else _GLOSS_CONTRADICTS


def _score(reading: Reading, tail: _Tail, left: str, reader: Reader) -> float:
    """Score of a reading with what follows it, by both models, with the prior for its characters' script."""
    words = reader.likelihood.words.score(left, reader.plain(reading.text) + tail.text)
    return reading.prior + (reading.language + words) / 2


def _plain(text: str) -> str:
    return to_simplified(GLOSS.sub(r"\g<char>", text))


def _lost_character(text: str, mark: int) -> Place | None:
    """A mark that stands for one lost character: U+FFFD, or a `?` inside a sentence that asks nothing (崇德?卓越)."""
    if text[mark] != "\ufffd":
        clause = re.split(r"[，。；：！\n,;:!]", text[max(0, mark - _CLAUSE) : mark])[-1]
        between = re.match(r"[㐀-鿿]", text[mark + 1 : mark + 2])
        if not between or _QUESTION.search(clause) or text[mark] == "？":
            return None
    end = mark
    while end < len(text) and text[end] in MARKERS:
        end += 1
    return Place(mark, end, "", 0.0, 0.0)
