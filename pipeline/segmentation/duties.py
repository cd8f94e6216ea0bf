"""Deadlines and responsible units inside a measure."""

from __future__ import annotations

import re

from pipeline.segmentation.models import Deadline, Duty

_DEADLINE = re.compile(
    r"(?:(?P<year>20\d\d)年|(?P<this>今年|本年))?"
    r"(?:(?P<month>1[0-2]|0?[1-9])月(?:(?P<day>[12]\d|3[01]|0?[1-9])日|(?P<part>底|末|初|上旬|中旬|下旬)|份)?(?P<m>之?前)"
    r"|(?P<end>年?底|年?末)(?P<e>之?前)|(?P<half>上半年|下半年|年内))"
    r"|(?:到|至)(?P<until>20\d\d)年(?:底|末)?(?=[，,、])"
)
_LAST_DAY = ("31", "28", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31")
_PART_DAY = {"初": "10", "上旬": "10", "中旬": "20"}
_DUTY = re.compile(
    r"(?P<role>牵头|责任|配合|主办|协办|承办|主要责任|参加)(?:单位|处室|科室|部门|股室|人)[：:](?P<units>[^。；;\n）)]{1,200})"
)
_SEPARATOR = re.compile(r"[、，,\s]+")
_LEADING = frozenset({"牵头", "责任", "主办", "承办", "主要责任"})


def _due(match: re.Match[str], plan_year: int | None) -> str:
    """ISO date, or as much of it as the words say; empty when the year is unknown."""
    year = match["until"] or match["year"] or (str(plan_year) if plan_year else "")
    if not year:
        return ""
    if match["until"] or match["end"] or match["half"] in {"下半年", "年内"}:
        return f"{year}-12-31"
    if match["half"]:
        return f"{year}-06-30"
    month = int(match["month"])
    day = match["day"] or _PART_DAY.get(match["part"] or "")
    if day is None and match["part"] is None:
        return f"{year}-{month:02d}"
    return f"{year}-{month:02d}-{(day or _LAST_DAY[month - 1]).zfill(2)}"


def find_deadlines(text: str, start: int, end: int, plan_year: int | None) -> list[Deadline]:
    """Deadlines in `text[start:end]`; a month without year belongs to `plan_year`.

    `6月底前` of a plan for 2026 is due `2026-06-30`, `6月前` is `2026-06`, `年底前` and `年内` are `2026-12-31`.
    """
    return [
        Deadline(match[0], _due(match, plan_year), match.start(), match.end())
        for match in _DEADLINE.finditer(text, start, end)
    ]


def split_units(text: str, start: int, end: int, *, lead: bool = True) -> list[Duty]:
    """The units listed in `text[start:end]` (`基教科、人事科`), each with its own span."""
    duties: list[Duty] = []
    position = start
    for name in _SEPARATOR.split(text[start:end]):
        if name:
            begin = text.index(name, position)
            position = begin + len(name)
            duties.append(Duty(name, lead, begin, position))
    return duties


def find_duties(text: str, start: int, end: int) -> list[Duty]:
    """Responsible units named after 责任单位：, 牵头单位：, 配合单位： and the like, each with its own span."""
    return [
        duty
        for match in _DUTY.finditer(text, start, end)
        for duty in split_units(text, *match.span("units"), lead=match["role"] in _LEADING)
    ]
