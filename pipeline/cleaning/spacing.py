"""Blanks that mean nothing: at the ends of lines, around Chinese marks, between a number and its unit.

A blank between two Chinese characters stays: it separates issuers in a title and items in a dump of one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.cleaning.draft import Edit

_NUMBERED = (
    r"(?:[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,3})[)）、．.]|[一二三四五六七八九十]{1,3}[是要]"
    r"|第[一二三四五六七八九十]+[章节条、，]|[①-⑳])"
)
# As in `punctuation`, patterns begin with the blank and look back afterwards; a run of blanks is tried once, from its
# start, or a megabyte of blanks would take time by its square.
_BLANKS = re.compile(r"[ \t]+")
_MARKS = frozenset("，。、；：？！）》〉”’】〕…%《〈“‘（【〔")
_AFTER_MARK = re.compile(rf" (?:(?<=[，、；：（《〈“‘【〔] ) *|(?<=[。？！）》〉”’】〕] ) *(?! *{_NUMBERED}))")
_SPACED_DIGITS = re.compile(r"\d(?<![\d.]\d)(?: \d)+(?![\d.])")
_UNIT = re.compile(
    r" (?<=\d ) *(?=[年月日号岁个亿万千百元所人名家项件次户吨亩公米度级届条倍时分周天期种类起台套册部间位])"
)
_FIGURE_GOES_ON = re.compile(r" ?[年月日亿万千百元%％个人倍所吨]|\.\d")
_DOUBLE = re.compile(r"(?<! ) {2,}(?=[^\n ])")
_BLANK_LINES = re.compile(r"\n{2,}")


def find(text: str) -> Iterator[Edit]:
    """Edits that remove meaningless blanks; they may overlap."""
    yield from _beside(text)
    for pattern in (_AFTER_MARK, _UNIT):
        for match in pattern.finditer(text):
            yield Edit(*match.span(), "", "space")
    for match in _SPACED_DIGITS.finditer(text):
        # `1 9 9 8 年` is one number; `1 2 3` in a row of figures is not.
        if len(match[0]) >= len("1 9 9 8") or _FIGURE_GOES_ON.match(text, match.end()):
            for place in range(match.start() + 1, match.end(), 2):
                yield Edit(place, place + 1, "", "space")
    for match in _DOUBLE.finditer(text):
        yield Edit(*match.span(), " ", "space")


def _beside(text: str) -> Iterator[Edit]:
    """Blanks at the ends of lines and before marks; before anything else only the spaces after the last tab count."""
    for match in _BLANKS.finditer(text):
        start, end = match.span()
        ahead = text[end : end + 1]
        if not start or text[start - 1] == "\n" or ahead in {"", "\n"}:
            yield Edit(start, end, "", "space")
        elif ahead in _MARKS and text[end - 1] == " ":
            yield Edit(end - len(match[0]) + len(match[0].rstrip(" ")), end, "", "space")


def blank_lines(text: str) -> Iterator[Edit]:
    """Edits that leave one newline between paragraphs and none at either end."""
    stripped = len(text) - len(text.lstrip("\n"))
    if stripped:
        yield Edit(0, stripped, "", "blank_line")
    tail = len(text.rstrip("\n"))
    for match in _BLANK_LINES.finditer(text, stripped, tail):
        yield Edit(*match.span(), "\n", "blank_line")
    if tail >= stripped and tail < len(text):
        yield Edit(tail, len(text), "", "blank_line")
