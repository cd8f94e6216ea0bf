"""The tokenizer: clean text to lines, each with the marker at its head, flattened pages cut up again.

Pages pasted from tables arrive with a whole plan on one line (`…成效。 一、聚力抓好六个重点 一是党建为纲。…`). Such a
line is broken before every marker that continues its sequence, so that the tree sees the blocks it once had.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.segmentation.markers import BULLET, ENUMERATOR, ORDINAL, PAREN, SEQUENCE, SYSTEMS, Marker, match_marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SENTENCE_END = "。！？!?"
_EDGE = " \t\u3000\xa0\u2002\u2003|"
_FLATTENED_SYSTEMS = ("part", "chinese", "chinese_paren", "arabic")
_FLATTENED_MIN = 200
_FLATTENED_SHARE = 0.4
_TITLE_MAX = 60
_REACH = 12
_HEADLINES_MIN = 3
_TWO_TITLES = re.compile(r"(?P<over>[^。！？；：]{12,60}。)(?P<own>[^，。！？；：]{4,20}。)")
_BEFORE_MARKER = "。！？!?；;：:”》）) \t\u3000"
_BEFORE_ENUMERATOR = _BEFORE_MARKER + "，,、"


@dataclass(frozen=True, slots=True)
class Line:
    """A block of text `[start, end)`; `body` is where the text after its marker begins."""

    start: int
    end: int
    marker: Marker | None

    @property
    def body(self) -> int:
        """Offset of the first character after the marker."""
        return self.start if self.marker is None else self.marker.end


def trim(text: str, start: int, end: int, edge: str = _EDGE + "\n\r") -> tuple[int, int]:
    """`[start, end)` without blanks and table bars at its edges."""
    while start < end and text[start] in edge:
        start += 1
    while end > start and text[end - 1] in edge:
        end -= 1
    return start, end


def make_line(text: str, start: int, end: int) -> Line | None:
    """The trimmed line in `[start, end)`, `None` if it holds nothing."""
    start, end = trim(text, start, end)
    return Line(start, end, match_marker(text, start, end)) if start < end else None


def _raw_lines(text: str) -> Iterator[Line]:
    position = 0
    for piece in text.split("\n"):
        line = make_line(text, position, position + len(piece))
        if line is not None:
            yield line
        position += len(piece) + 1


def in_sequence(markers: Iterable[Marker]) -> list[Marker]:
    """The markers that count up from 1 without gaps, per system; a later 1 starts anew when a 2 follows it.

    Everything else with the looks of a marker (`三是` in 这三是, a year) is running text.
    """
    kept: list[Marker] = []
    last: dict[str, int] = {}
    pending: dict[str, Marker] = {}
    for marker in markers:
        if marker.value == 1:
            pending[marker.system] = marker
            continue
        first = pending.get(marker.system)
        if marker.value == 2 and first is not None:  # noqa: PLR2004 - a list needs two items
            kept += [first, marker]
            del pending[marker.system]
            last[marker.system] = 2
        elif marker.value == last.get(marker.system, 0) + 1:
            kept.append(marker)
            last[marker.system] = marker.value
    return sorted(kept, key=lambda marker: marker.start)


def _inline(text: str, line: Line, systems: tuple[str, ...], before: str) -> Iterator[Marker]:
    """Candidates for markers inside a line: the pattern, after punctuation or blank, or at the line's body."""
    found: list[Marker] = []
    for name in systems:
        system = SYSTEMS[name]
        for match in system.pattern.finditer(text, line.body, line.end):
            if match.start() == line.body or text[match.start() - 1] in before:
                marker = match_marker(text, match.start(), line.end)
                if marker is not None and marker.system == name:
                    found.append(marker)
    return iter(sorted(found, key=lambda marker: marker.start))


def _cut(text: str, line: Line, markers: list[Marker]) -> list[Line]:
    edges = [line.start, *(marker.start for marker in markers if marker.start > line.start), line.end]
    pieces = (make_line(text, start, end) for start, end in itertools.pairwise(edges))
    return [piece for piece in pieces if piece is not None]


def _unflatten(text: str, line: Line) -> list[Line]:
    length = line.end - line.start
    if length < _FLATTENED_MIN or length < _FLATTENED_SHARE * len(text):
        return [line]
    candidates = list(_inline(text, line, _FLATTENED_SYSTEMS, _BEFORE_MARKER))
    if line.marker is not None:
        candidates.insert(0, line.marker)
    return _cut(text, line, in_sequence(candidates))


def enumeration(text: str, start: int, end: int) -> list[Marker]:
    """The inline enumeration in `[start, end)`: its markers in order, empty if there are not two.

    It counts 一是…二是…, or 第一，…第二，…, or 首先，…其次，…, the last two also mixed, or （1）…（2）….
    """
    line = Line(start, end, None)
    runs: dict[str, list[Marker]] = {}
    for marker in _inline(text, line, (ENUMERATOR,), _BEFORE_ENUMERATOR):
        runs.setdefault(_word(marker), []).append(marker)
    ordinals = _inline(text, line, (ORDINAL, SEQUENCE), _BEFORE_MARKER)
    runs[ORDINAL] = [replace(marker, system=ORDINAL) for marker in ordinals if marker.text[-1] in "，：:"]
    runs[PAREN] = list(_inline(text, line, (PAREN,), _BEFORE_MARKER))
    found = [in_sequence(run) for run in runs.values()]
    return max(found, key=len, default=[])


def _split_title(text: str, line: Line) -> list[Line]:
    """A heading run together with its enumeration (`二、对标落实十大行动 一是…`) is cut before each item."""
    if line.marker is None or line.marker.system == ENUMERATOR:
        return [line]
    items = enumeration(text, line.body, line.end)
    if not items or items[0].start == line.body:
        return [line]
    title = text[line.body : items[0].start]
    if len(title) > _TITLE_MAX or any(char in SENTENCE_END for char in title):
        return [line]
    return _cut(text, line, items)


def _with_headlines(text: str, lines: list[Line]) -> Iterator[Line]:
    """Lines, those cut that hold a heading and the headline of the paragraph below (`…取得新进展。产业提质升级。`).

    A document that prints headings so does it more than once; a single such line is a paragraph of two sentences.
    """
    found = {
        line.start: match
        for line, below in itertools.pairwise(lines)
        if line.marker is None and below.marker is None and below.end - below.start >= _TITLE_MAX
        if (match := _TWO_TITLES.fullmatch(text, line.start, line.end)) is not None
    }
    for line in lines:
        match = found.get(line.start) if len(found) >= _HEADLINES_MIN else None
        if match is None:
            yield line
        else:
            yield from (Line(*match.span("over"), None), Line(*match.span("own"), None))


def _enumerator_word(line: Line) -> str:
    """The word after the number of an enumerator (`是` of `二是`), empty for every other line."""
    if line.marker is None or not (line.marker.system == ENUMERATOR or _is_ordinal(line.marker)):
        return ""
    return _word(line.marker)


def _is_ordinal(marker: Marker) -> bool:
    """Whether a marker is `第一，`, which enumerates like 一是 where it stands inside a paragraph."""
    return marker.system == ORDINAL and marker.text.endswith("，")


def _word(marker: Marker) -> str:
    return "第" if marker.system == ORDINAL else marker.text.rstrip("，：:")[-1]


def _goes_on(lines: list[Line], index: int, word: str, value: int) -> bool:
    """Whether the next item with this word, within the next lines, is number `value`."""
    for line in lines[index + 1 : index + 1 + _REACH]:
        if line.marker is not None and _enumerator_word(line) == word:
            return line.marker.value == value
    return False


def _without_strays(lines: list[Line]) -> list[Line]:
    """Enumerators (`二是…`) that neither begin a list nor continue one number nothing: their lines are paragraphs."""
    expected: dict[str, int] = {}
    result: list[Line] = []
    for index, line in enumerate(lines):
        word = _enumerator_word(line)
        if line.marker is None or not word:
            result.append(line)
            continue
        value = line.marker.value
        listed = expected.get(word) == value if value > 1 else _goes_on(lines, index, word, 2)
        expected[word] = value + 1 if listed else 0
        result.append(line if listed else Line(line.start, line.end, None))
    return result


def _counting_on(text: str, line: Line) -> list[Marker]:
    """Items printed inside a line that count on from the one at its head, or from 1 in a line without number."""
    inside = _inline(text, line, (ENUMERATOR, ORDINAL), _BEFORE_MARKER)
    found = [x for x in inside if x.start > line.start and (x.system == ENUMERATOR or _is_ordinal(x))]
    head = [] if line.marker is None else [line.marker]
    kept: list[Marker] = []
    for marker in found:
        last = [*head, *kept][-1:]
        follows = marker.value == last[0].value + 1 and _word(marker) == _word(last[0]) if last else marker.value == 1
        if follows:
            kept.append(marker)
    return kept


def _with_broken_lists(text: str, lines: list[Line]) -> Iterator[Line]:
    """Lines, cut before the items of an enumeration that others of its items stand below or above.

    `…：一是…` ends a line whose list goes on with `二是…` below; `四是…。五是…` holds two items of a list.
    """
    for index, line in enumerate(lines):
        word = _enumerator_word(line)
        if line.marker is None or word:
            items = _counting_on(text, line)
            if items and (word or _goes_on(lines, index, _word(items[0]), items[-1].value + 1)):
                yield from _cut(text, line, items)
                continue
            below = lines[index + 1].marker if index + 1 < len(lines) else None
            if below is not None and below.system == BULLET:
                bullets = [x for x in _inline(text, line, (BULLET,), _BEFORE_MARKER) if x.start > line.start]
                if [bullet.text for bullet in bullets] == [below.text]:
                    yield from _cut(text, line, bullets)
                    continue
        yield line


def tokenize(text: str) -> list[Line]:
    """All lines of a document in order, without empty ones; linear in the length of the text."""
    lines = [piece for raw in _raw_lines(text) for line in _unflatten(text, raw) for piece in _split_title(text, line)]
    return list(_with_headlines(text, _without_strays(list(_with_broken_lists(text, lines)))))
