"""The grammar of numbering systems: what may stand at the head of a block and what number it carries.

A system is a way of writing numbers (`一、`, `（一）`, `1.`, `一是`, …). Its `weight` is only a weak prior of how deep
it usually lies; the tree takes the depth from the order of systems in the document itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.segmentation import numerals

BULLET = "bullet"
ENUMERATOR = "enumerator"
PAREN = "arabic_paren"
ORDINAL = "ordinal"
SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True)
class System:
    """One way of numbering: its name, usual depth, and the pattern of its marker with the number in group 1."""

    name: str
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Marker:
    """A number printed at the head of a block, at `[start, end)`; `value` is 0 where the system has none."""

    system: str
    weight: float
    value: int
    start: int
    end: int
    text: str


_CN = f"[{numerals.CHINESE}]{{1,4}}"
_AR = r"\d{1,3}"
_GAP = r"[ \u3000]*"
# `一、二、三产业`, `三、四线城市` and `1、2年级` are running text, not numbers of items.
_NOT_A_LIST = rf"(?!{_GAP}(?:{_CN}|{_AR})(?:[、，]|[线级产类期批次]|年级|等))"

_PATTERNS: tuple[tuple[str, float, str], ...] = (
    ("part", 0, rf"第({_CN}|{_AR})(?:部分|篇|编)[:：、，]?"),
    ("chapter", 1, rf"第({_CN}|{_AR})章[:：、，]?"),
    ("section", 2, rf"第({_CN}|{_AR})节[:：、，]?"),
    ("article", 3, rf"第({_CN}|{_AR})条[:：、，]?"),
    ("chinese", 4, rf"({_CN}){_GAP}[、．.]{_NOT_A_LIST}"),
    ("chinese_paren", 5, rf"[（(〔]{_GAP}({_CN}){_GAP}[）)〕][、.．]?"),
    (ORDINAL, 5.5, rf"第({_CN}|{_AR})(?:[，、：:。]|(?=[\u3000 ]))"),
    ("arabic", 6, rf"({_AR}){_GAP}(?:、|[.．](?=\d{{4}}年|\D|$)){_NOT_A_LIST}"),
    (PAREN, 7, rf"[（(]{_GAP}({_AR}){_GAP}[）)][、.．]?"),
    ("arabic_half_paren", 7.2, rf"({_AR})[）)]"),
    (ENUMERATOR, 7.5, rf"({_CN})(?:是|要|抓)(?![否非不])[：:，]?"),
    (SEQUENCE, 7.6, r"(首先|其次|再次|最后)[，：]"),
    ("circled", 8, f"([{''.join(numerals.CIRCLED)}])[、.．]?"),
    ("roman", 8, f"([{''.join(numerals.ROMAN)}])[、.．]"),
    (BULLET, 9, r"([—–―－─]{2,}|[●■◆▪•◇○□★☆▲△※◎·]|[-*](?= ))"),
)
SYSTEMS: dict[str, System] = {
    name: System(name, weight, re.compile(pattern + _GAP)) for name, weight, pattern in _PATTERNS
}

LISTS = frozenset({BULLET, ENUMERATOR})
"""Systems that enumerate; all others may number headings."""

SECTIONAL = frozenset({"part", "chapter", "section", "chinese", "chinese_paren", "ordinal"})
"""Systems that commonly number headings with several paragraphs below them."""

_FIRST_CHARACTERS = frozenset("第（(〔首其再最—–―－─●■◆▪•◇○□★☆▲△※◎·-*0123456789" + numerals.CHINESE) | set(
    numerals.CIRCLED | numerals.ROMAN
)
_SEQUENCE = {"首先": 1, "其次": 2, "再次": 3, "最后": 4}


def _value(name: str, printed: str) -> int | None:
    if name == BULLET:
        return 0
    if name == "sequence":
        return _SEQUENCE[printed]
    if name in {"circled", "roman"}:
        return (numerals.CIRCLED | numerals.ROMAN)[printed]
    return int(printed) if printed.isdecimal() else numerals.parse_chinese(printed)


def match_marker(text: str, start: int, end: int) -> Marker | None:
    """The marker at the head of `text[start:end]`, or `None`.

    The marker's `text` is what is printed (`（二）`, `16.`) without the space after it.
    """
    if start >= end or text[start] not in _FIRST_CHARACTERS:
        return None
    for system in SYSTEMS.values():
        found = system.pattern.match(text, start, end)
        if found is None:
            continue
        value = _value(system.name, found[1])
        if value is None or (value == 0 and system.name != BULLET):
            continue
        return Marker(system.name, system.weight, value, start, found.end(), found[0].strip(" \u3000"))
    return None
