"""Paragraphs that a page prints in pieces, each a line of its own, put together again.

Some copies of long reports break every paragraph after a few sentences, so that no line is long: in three of the 46 we
have, nine in ten lines stay below 217 characters; in all others the longest tenth begins at 254 to 670.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.segmentation.lexicon import line_role
from pipeline.segmentation.lines import SENTENCE_END, Line, enumeration
from pipeline.segmentation.markers import ENUMERATOR
from pipeline.segmentation.reasons import paragraph_reason
from pipeline.segmentation.sentences import has_topic_sentence

_PIECES_MIN = 60
_LINE_MIN = 36
_PARAGRAPH_MAX = 3000
"""Longest paragraph that is put together; the longest printed one has 1,400 characters."""

_LONG = 225
_LONG_SHARE = 0.1
_TOPICAL_MAX = 0.7
_TITLED = re.compile(r"[^，。；：！？\d]{4,20}。")
_OPENS = re.compile(
    r"各位代表|(?:我们|政府)?要(?!求)|我们(?:加快|大力|坚持|积极)|一年来|(?:在?过去|这|刚刚过去|在?新)的?[一五几]年|第[一二三四五六七八九十]，"
    r"|今年[^。]{0,30}(?:目标|任务)"
)


def is_broken(text: str, lines: list[Line]) -> bool:
    """Whether paragraphs are printed in pieces: many lines, few of them long, three in ten without a topic."""
    prose = [line for line in lines if line.marker is None and line.end - line.start >= _LINE_MIN]
    if len(prose) < _PIECES_MIN:
        return False
    long = sum(line.end - line.start > _LONG for line in prose)
    topical = sum(has_topic_sentence(text, line.start, line.end) for line in prose)
    return long <= _LONG_SHARE * len(prose) and topical <= _TOPICAL_MAX * len(prose)


@dataclass(frozen=True, slots=True)
class Mended:
    """Lines with pieces joined; `joints` are where joined ones began, in order, `broken` whether all may be pieces."""

    lines: list[Line]
    joints: list[int]
    broken: bool

    def doubtful(self, start: int, end: int, *, numbered: bool) -> bool:
        """Whether the limits of a measure are a guess: in a broken document those without a number, and joined ones."""
        joined = bisect_left(self.joints, start) < bisect_left(self.joints, end)
        return self.broken and (joined or not numbered)


def mend(text: str, lines: list[Line]) -> Mended:
    """Put the pieces of each paragraph together.

    In any document a line continues the paragraph above it if it counts on in an enumeration begun there
    (`…：一是…。` above `…。二是…。三是…。`). In a broken one so does a line without number that opens no topic, and an
    item that counts on.
    """
    broken = is_broken(text, lines)
    mended = lines[:1]
    joints: list[int] = []
    for above, line in pairwise(lines):
        paragraph = mended[-1]
        open_ended = line.end - paragraph.start <= _PARAGRAPH_MAX and _holds(text, above)
        if open_ended and (_counts_on(text, paragraph, line) or (broken and _continues(text, paragraph, line))):
            mended[-1] = replace(paragraph, end=line.end)
            joints.append(line.start)
        else:
            mended.append(line)
    return Mended(mended, joints, broken)


def _holds(text: str, line: Line) -> bool:
    """Whether a line is prose that may go on below: it ends a sentence and is no title."""
    plain = line.marker is None or line.marker.system == ENUMERATOR
    return plain and line.end - line.start >= _LINE_MIN and text[line.end - 1] in SENTENCE_END + "；;，"


def _counts_on(text: str, paragraph: Line, line: Line) -> bool:
    """Whether an enumeration has its first item inside an unnumbered paragraph and others inside the line below."""
    if paragraph.marker is not None or line.marker is not None:
        return False
    items = enumeration(text, paragraph.start, line.end)
    below = [item for item in items if item.start > line.start]
    return bool(below) and below[0].value > 1


def _continues(text: str, paragraph: Line, line: Line) -> bool:
    if line.marker is not None:
        items = enumeration(text, paragraph.body, line.end) if line.marker.system == ENUMERATOR else []
        return line.marker in items
    if line_role(text[line.start : line.end]) != "paragraph" or line.end - line.start < _LINE_MIN:
        return False
    if paragraph_reason(text[line.start : line.end]) is not None:
        return False
    return _TITLED.match(text, line.start, line.end) is None and _OPENS.match(text, line.start, line.end) is None
