"""What a web page puts around a document: recognised by what it is, listed in `configs/boilerplate.yaml`.

A line is removed when nothing is left of it but known fragments and separators. Fragments that could also be words of
a document count only at the edges, before the first and after the last paragraph of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from pipeline.cleaning.draft import Edit
from pipeline.errors import JucuoError
from pipeline.resources import shipped

CONFIG = "configs/boilerplate.yaml"
_SEPARATORS = re.compile(r"[\s|｜丨·•>»›＞<《》\[\]【】（）()：:，,。、;；/\\\-—_*×]+")
_BODY_START = re.compile(
    r"[（(]?[一二三四五六七八九十]{1,3}[)）]?[、，]|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[.．、]\D|第[一二三四五六七八九十]+[章部]|各位代表|首先"
)
SENTENCE = re.compile(r"[。；！？;!?]|[，,].*[，,]")
_MARKS = str.maketrans(",;:!?()|", "，；：！？（）｜")
_CRUMB_MARK = re.compile(r"[>»›＞→]+")
_FIELD_LABEL = re.compile(r"[^\s:：]{0,6}(?:来\s*源|时间|日期|作者|编辑|单位)\s*[:：]")
_CLAUSE = re.compile(r"[，。；]")
_PROSE_LENGTH = 30
_WRAPPED_LENGTH = 16
_SHORT = 120
_LONGEST = 400
_MAX_HEADER = 60
_MAX_FOOTER = 200


@dataclass(frozen=True)
class Fragment:
    """One kind of page furniture."""

    id: str
    pattern: re.Pattern[str]
    anywhere: bool
    whole_line: bool
    to_the_end: bool


@dataclass(frozen=True)
class _Line:
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def parse(config: dict[str, Any], origin: str) -> tuple[Fragment, ...]:
    """Fragments from a parsed configuration; raises JucuoError naming the entry that is wrong."""
    fragments = []
    for entry in config.get("fragments", []):
        try:
            fragments.append(
                Fragment(
                    entry["id"],
                    re.compile(entry["pattern"]),
                    anywhere=entry["zone"] == "anywhere",
                    whole_line=bool(entry.get("line", False)),
                    to_the_end=bool(entry.get("from", False)),
                )
            )
        except (KeyError, TypeError, re.error) as exc:
            raise JucuoError(
                f"{origin}: entry {entry!r} is unusable: {exc!r}", "Give it id, zone and pattern."
            ) from exc
    return tuple(fragments)


@lru_cache(maxsize=2)
def _of_lines(*, edge: bool) -> tuple[Fragment, ...]:
    """The fragments that a line can be of, at the edges of a document or inside it."""
    return tuple(each for each in fragments() if not each.to_the_end and (edge or each.anywhere))


@lru_cache(maxsize=1)
def fragments() -> tuple[Fragment, ...]:
    """The fragments that ship with the code."""
    return parse(yaml.safe_load(shipped(CONFIG).read_text("utf-8")), CONFIG)


def find(text: str, furniture: Iterable[str] = ()) -> Iterator[Edit]:
    """Edits that remove page furniture, with rule `chrome:<id>`.

    Args:
        text: the document, line breaks as newlines.
        furniture: lines a person has named as furniture (`clean.furniture`); blanks and mark widths do not count.
    """
    repeated = frozenset(_unified(line) for line in furniture)
    lines = [_Line(match.start(), match[0]) for match in re.finditer(r"\S[^\n]*", text)]
    head, edits = _header(lines, repeated)
    foot, tail = _footer(lines, head, repeated)
    middle = [edit for line in lines[head:foot] for edit in _one(line, edge=False, repeated=repeated)]
    yield from (*edits, *middle, *tail)


def _unified(line: str) -> str:
    return "".join(line.split()).translate(_MARKS)


def _header(lines: Sequence[_Line], repeated: frozenset[str]) -> tuple[int, list[Edit]]:
    """Edits for the lines before the text begins, and the index of the line it begins with."""
    edits: list[Edit] = []
    kept: list[_Line] = []
    crumbs: set[str] = set()
    index = 0
    while index < min(len(lines), _MAX_HEADER):
        line = lines[index]
        found = _one(line, edge=True, repeated=repeated) or _crumb(lines, index, crumbs)
        if not found and is_body(line.text):
            break
        found = found or _remnant(line)
        if found:
            edits += found
            index += _take_value(lines, index, edits)
        elif line.text.strip() in crumbs:
            edits.append(Edit(line.start, line.end, "", "chrome:column"))
        else:
            kept.append(line)
        index += 1
    edits += _repeats(kept)
    return index, sorted(edits)


def _footer(lines: Sequence[_Line], head: int, repeated: frozenset[str]) -> tuple[int, list[Edit]]:
    """Edits for the lines after the text ends, and the index after its last line."""
    edits: list[Edit] = []
    end = len(lines)
    for index in range(len(lines) - 1, max(head - 1, len(lines) - _MAX_FOOTER), -1):
        line = lines[index]
        if _is_cut(line):
            edits = [Edit(line.start, lines[-1].end, "", "chrome:page_end")]
            end = index
            continue
        found = _one(line, edge=True, repeated=repeated) or _remnant(line)
        if found:
            edits = found + edits
            end = index
        elif _BODY_START.match(line.text.strip()) or (is_body(line.text) and not _far_cut(lines, head, index)):
            break
    return end, [edit for edit in edits if edit.start >= (lines[end].start if end < len(lines) else 0)]


def _far_cut(lines: Sequence[_Line], head: int, index: int) -> bool:
    """Whether a box that runs to the page's end begins shortly before line `index`."""
    window = lines[max(head, index - 15) : index]
    return any(_is_cut(line) for line in window)


def _is_cut(line: _Line) -> bool:
    """Whether a box that runs to the page's end begins here."""
    return any(fragment.to_the_end and fragment.pattern.match(line.text) for fragment in fragments())


def _one(line: _Line, *, edge: bool, repeated: frozenset[str]) -> list[Edit]:
    """The edit that removes a line of furniture, or none."""
    text = line.text.rstrip()
    if len(text) > (_LONGEST if edge else _SHORT):
        return []
    if repeated and _unified(text) in repeated:
        return [Edit(line.start, line.start + len(text), "", "chrome:furniture")]
    rest, first = text, ""
    for fragment in _of_lines(edge=edge):
        if fragment.whole_line:
            if fragment.pattern.fullmatch(text):
                return [Edit(line.start, line.start + len(text), "", f"chrome:{fragment.id}")]
            continue
        rest, count = fragment.pattern.subn("\n", rest)
        first = first or (fragment.id if count else "")
    if first and not _SEPARATORS.sub("", rest):
        return [Edit(line.start, line.start + len(text), "", f"chrome:{first}")]
    return []


def _remnant(line: _Line) -> list[Edit]:
    """A line at an edge without a Chinese character or figure: the rest of a toolbar (`】`), a name in English."""
    return [] if re.search(r"[㐀-鿿\d]", line.text) else [Edit(line.start, line.end, "", "chrome:remnant")]


def _crumb(lines: Sequence[_Line], index: int, crumbs: set[str]) -> list[Edit]:
    """A breadcrumb whose items and `>` stand on lines of their own."""

    def is_mark(place: int) -> bool:
        return 0 <= place < len(lines) and _CRUMB_MARK.fullmatch(lines[place].text.strip()) is not None

    if not (is_mark(index) or is_mark(index - 1) or is_mark(index + 1)):
        return []
    line = lines[index]
    crumbs.add(line.text.strip())
    return [Edit(line.start, line.end, "", "chrome:breadcrumb_path")]


def _take_value(lines: Sequence[_Line], index: int, edits: list[Edit]) -> int:
    """A field label that ends its line (`来源：`) takes the next short line as its value; returns how many it took."""
    if not _FIELD_LABEL.fullmatch(lines[index].text.strip()) or index + 1 >= len(lines):
        return 0
    value = lines[index + 1]
    if len(value.text.strip()) > 20 or is_body(value.text):  # noqa: PLR2004 - names of newspapers and sites are shorter
        return 0
    edits.append(Edit(value.start, value.end, "", "chrome:field_value"))
    return 1


def _repeats(kept: Sequence[_Line]) -> list[Edit]:
    """Lines of the header that come again further down: the page's copies of the title; the last stays."""
    titles = [line for line in kept if re.search(r"\w", line.text) and not _CLAUSE.search(line.text)]
    left = Counter(line.text.strip() for line in titles)
    edits = []
    for line in titles:
        title = line.text.strip()
        left[title] -= 1
        if left[title] and len(title) >= 4:  # noqa: PLR2004 - shorter ones may be parts of a broken title
            edits.append(Edit(line.start, line.end, "", "chrome:repeated_title"))
    return edits


def is_body(line: str) -> bool:
    """Whether a line is a numbered heading or running text; lines of text broken at 20 characters count too."""
    stripped = line.strip()
    if _BODY_START.match(stripped):
        return True
    return (len(stripped) >= _PROSE_LENGTH and SENTENCE.search(stripped) is not None) or (
        len(stripped) >= _WRAPPED_LENGTH and _CLAUSE.search(stripped) is not None
    )
