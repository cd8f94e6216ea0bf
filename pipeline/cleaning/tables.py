"""Bars of tables dumped as text: rows of bars go, bars at the ends of a line go, bars between cells become tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.cleaning.draft import Edit

_BARS = r"|｜┃│¦║"
_LINE = re.compile(rf"^(?=[^\n]*[{_BARS}])[^\n]*$", re.MULTILINE)
_RULE = re.compile(rf"[\s{_BARS}+\-=:─━┄┈┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬]*")
_BORDER = re.compile(r"^[ \t]*[+┌┐└┘├┤┬┴┼─━╔╗╚╝╠╣╦╩╬═\-]{4,}[ \t]*$", re.MULTILINE)
_LEFT = re.compile(rf"[ \t{_BARS}]+")
_RIGHT = re.compile(rf"(?<![ \t{_BARS}])[ \t{_BARS}]+$")
_BETWEEN = re.compile(rf"(?<![ \t])[ \t]*[{_BARS}][ \t{_BARS}]*")


def find(text: str) -> Iterator[Edit]:
    """Edits for every line with a bar, and for drawn borders."""
    for match in _BORDER.finditer(text):
        yield Edit(*match.span(), "", "table_bar")
    if not any(bar in text for bar in _BARS):
        return
    for match in _LINE.finditer(text):
        yield from _row(match.start(), match[0])


def _row(offset: int, line: str) -> Iterator[Edit]:
    if _RULE.fullmatch(line):
        yield Edit(offset, offset + len(line), "", "table_bar")
        return
    left = _LEFT.match(line)
    begin = left.end() if left else 0
    right = _RIGHT.search(line, begin)
    finish = right.start() if right else len(line)
    if begin:
        yield Edit(offset, offset + begin, "", "table_bar")
    for match in _BETWEEN.finditer(line, begin, finish):
        yield Edit(offset + match.start(), offset + match.end(), "\t", "table_bar")
    if finish < len(line):
        yield Edit(offset + finish, offset + len(line), "", "table_bar")
