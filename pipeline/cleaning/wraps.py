"""Line breaks that fall inside a sentence: after an opening mark, before a closing one, within a number, at full width.

Copied pages break lines where a link or bold text stood; PDF and old text files break them at a fixed width. A break
is removed only where the two lines cannot be two paragraphs; headings and numbered items keep their lines.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.cleaning.draft import Edit

NUMBERED = re.compile(
    r"[（(]?(?:[一二三四五六七八九十百]{1,4}|\d{1,3})(?:[)）、．]|\.(?!\d))|第[一二三四五六七八九十百\d]{1,4}[章节条部分、，]"
    r"|[一二三四五六七八九十]{1,3}[是要]|[①-⑳⑴-⒇⒈-⒛●■◆▲★]|——|[(（]\d{4}年"
)
"""How a numbered item, a heading or a dashed item begins."""

_STANDS_ALONE = re.compile(
    r"[一-鿿（(]{0,24}(?:\d{4}|[二〇○零一二三四五六七八九]{4})年[\d一二三四五六七八九十]{1,2}月[\d一二三四五六七八九十]{1,3}日(?:印发)?[）)]?"
    r"|[一-鿿 、]{2,30}(?:局|厅|委|委员会|人民政府|办公室|工委|领导小组)"
    r"|附(?:件|表)[\d一二三四五六七八九十]*[:：]?.{0,40}|抄送[:：].*"
)
"""Signatures, dates, annexes: short lines that no sentence runs into."""

_OPEN = re.compile(r"[《〈“‘（〔【\[(「『]$")
_CLOSES = re.compile(r"[》〉”’）〕】\])」』，。、；：！？,;:!?%…]|是[：:]")
_ENDS = re.compile(r"[。！？；：…!?;:][”’）》\])]*$")
_CONTINUES = re.compile(r"(?:[，、,]|(?<=[一-鿿])[的和与及把将])$")
_BARE_NUMBER = re.compile(r"[一二三四五六七八九十]{1,3}[是要]|第[一二三四五六七八九十]+|首先|其次|最后")
_PROSE = re.compile(r"[，。；,;]")
_PAIRS = (("《", "》"), ("“", "”"), ("（", "）"), ("(", ")"))
_INDENT = re.compile(r"[ \t]{2,}|\u3000")
_LATIN_END = re.compile(r"[A-Za-z]$")
_FIGURE = re.compile(r"\d+(?:\.\d+)?$")
_HAN_LINE = re.compile(r"[一-鿿]")
_LONG = 400
_TAIL = 20
"""Characters that say how a line ends: searched whole, a sentence of 1-character lines costs 50 µs a line."""

_MARK = re.compile(r"[^\w“”·]")
_LINK_MAX = 12
_LONG_PROSE = 60
_FULL_WIDTH_SHARE = 0.4
_MIN_WIDTH = 18
_MIN_LINES = 6
_MIN_STARTS = 3


@dataclass
class _Line:
    start: int
    end: int
    text: str
    indented: bool
    after_blank: bool


@dataclass(frozen=True)
class _Layout:
    """How the document breaks its lines: `width` is the fixed width if it has one, else 0."""

    width: int
    blank_separated: bool
    indents: bool


def find(text: str) -> Iterator[Edit]:
    """Edits that remove the breaks inside sentences, with the blanks around them."""
    lines = list(_lines(text))
    layout = _layout(lines)
    for group in _groups(lines):
        yield from _joins(group, layout)


def _lines(text: str) -> Iterator[_Line]:
    place, after_blank = 0, True
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            start = place + raw.index(stripped[0])
            yield _Line(start, start + len(stripped), stripped, _INDENT.match(raw) is not None, after_blank)
        after_blank = not stripped
        place += len(raw) + 1


def _groups(lines: list[_Line]) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    for line in lines:
        if line.after_blank and group:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _layout(lines: list[_Line]) -> _Layout:
    lengths = sorted(len(line.text) for line in lines)
    if not lengths:
        return _Layout(0, blank_separated=False, indents=False)
    widest = lengths[int(0.95 * (len(lengths) - 1))]
    full = sum(widest - 2 <= n <= widest + 2 for n in lengths) / len(lengths)
    starts = [
        following
        for line, following in itertools.pairwise(lines)
        if len(line.text) >= _MIN_WIDTH and _ENDS.search(line.text)
    ]
    apart = sum(line.after_blank for line in starts)
    return _Layout(
        widest if full >= _FULL_WIDTH_SHARE and widest >= _MIN_WIDTH and len(lengths) >= _MIN_LINES else 0,
        blank_separated=len(starts) >= _MIN_STARTS and apart >= 0.7 * len(starts),
        indents=sum(line.indented for line in lines) >= 0.1 * len(lines),
    )


def _joins(group: list[_Line], layout: _Layout) -> Iterator[Edit]:
    has_prose = any(_PROSE.search(line.text) and len(line.text) >= _MIN_WIDTH for line in group)
    held = group[0].text
    for place, (line, following) in enumerate(itertools.pairwise(group)):
        fragment = layout.blank_separated and _is_link(held, following.text, group[place + 2 : place + 3])
        if fragment or _continues(held, line, following, layout, has_prose=has_prose):
            gap = " " if _LATIN_END.search(held[-1:]) and _LATIN_END.search(following.text[0]) else ""
            yield Edit(line.end, following.start, gap, "line_wrap")
            held = (held + following.text)[-_LONG:]
        else:
            held = following.text


def _is_link(held: str, begin: str, after: list[_Line]) -> bool:
    """Whether a line is the text of a link that opens a sentence inside a paragraph: bare words, then the rest."""
    bare = len(begin) <= _LINK_MAX and not _MARK.search(begin) and not NUMBERED.match(begin)
    prose = len(held) >= _LONG_PROSE and "。" in held[:-1]
    return bare and prose and any(_PROSE.search(line.text) and not NUMBERED.match(line.text) for line in after)


def _continues(held: str, line: _Line, following: _Line, layout: _Layout, *, has_prose: bool) -> bool:
    """Whether `following` goes on with the sentence that `held`, ending in `line`, leaves open."""
    begin, tail = following.text, held[-_TAIL:]
    if _OPEN.search(held[-1:]) or _CLOSES.match(begin):
        return True
    if NUMBERED.match(begin) or _STANDS_ALONE.fullmatch(begin) or "\t" in line.text or "\t" in begin:
        return False
    if layout.width and len(line.text) >= layout.width - 3:
        return not following.indented and (layout.indents or not _ENDS.search(tail))
    if _ENDS.search(tail):
        return False
    if following.indented and not line.indented:
        return False
    return _open_sentence(held, begin) or (layout.blank_separated and has_prose and not NUMBERED.match(held))


def _open_sentence(held: str, begin: str) -> bool:
    tail = held[-_TAIL:]
    if (
        _CONTINUES.search(tail)
        or _BARE_NUMBER.fullmatch(held)
        or any(held.count(left) > held.count(right) for left, right in _PAIRS)
    ):
        return True
    if (_LATIN_END.search(held[-1:]) and begin[0].isdigit()) or (
        _FIGURE.search(tail) and re.search(r"[A-Za-z]\d[\d.]*$", tail)
    ):
        return True
    if len(begin) == 1 and _HAN_LINE.match(begin):
        return True
    if held.startswith("——") and "。" not in held:
        if begin.endswith(("会议上", "大会上")) and "会议" not in held:
            return True
        return bool(_PROSE.search(begin)) and not _PROSE.search(held)
    # Running prose that stops without a mark; a numbered heading may hold commas too, so it must hold a full stop.
    return "。" in held if NUMBERED.match(held) else len(held) >= _MIN_WIDTH and _PROSE.search(held) is not None
