"""Which year the measures are for, and the document's own date. From the text; never from when a page was posted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.ingestion.evidence import Candidate, Evidence
from pipeline.ingestion.pagehints import DATE
from pipeline.ingestion.titles import TitleLine

_YEAR = r"(?P<y>(?:19|20)\d\d)"
_PLAN_WORD = (
    r"(?:工作|教育|重点|主要|政府|经济|科技|体育|教体|社会|发展|改革|目标|任务|要点|计划|打算|谋划|安排|思路|总体|部署|建议|的|和|及|度|全[省市县区州旗]){0,6}"
    r"(?:要点|重点|计划|打算|谋划|安排|思路|任务|目标|部署|总体要求|建议|意见|工作)"
)
_SUMMARY = re.compile(
    rf"{_YEAR}年?(?:度)?[^\n。；]{{0,24}}?(?:总结|回顾|完成情况|的工作$|开展的主要工作|主要工作和|工作成效|工作情况)"
)
_HEADING = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]{1,3}[)）]?[、，.]?|第[一二三四五六七八九十]部分[：:、\s]*|\d{1,2}[.、])?\s*(?P<title>[^\n]{2,60})$",
    re.MULTILINE,
)
_HEADING_PLAN = re.compile(rf"(?:对|关于|和|、|及|暨)?{_YEAR}年(?:的)?(?!.*回顾)(?!.*总结){_PLAN_WORD}")
_REPORTS = re.compile(r"^(?:首先|先)?(?:报告|汇报|回顾)")
_OPENING = re.compile(
    rf"{_YEAR}年[，,]?(?:是|我[省市县区]|全[省市县区州]|[一-鿿]{{2,8}}[省市县区州](?:的)?(?:教育|工作)|教育(?:系统)?(?:工作)?)"
)
_REPORT_DATE = re.compile(DATE.pattern + r"[^\n]{0,6}在[^\n]{2,40}(?:会议|大会)")
_MEETING = re.compile(r"^[（(—―\-\s]*" + _REPORT_DATE.pattern)
_DRAFT = re.compile(
    r"(?:制定|制订|编制|谋划|起草|编好|做好)[^。；\n]{0,12}?“?(?P<n>十[一二三四五])五”?[^。；\n]{0,10}?(?:规划|计划)"
)
_FIVE = {"十一": 2006, "十二": 2011, "十三": 2016, "十四": 2021, "十五": 2026}
_FILE_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_SIGNED = re.compile(r"^(?:[一-鿿、\s]{2,40}\s*)?" + DATE.pattern + r"(?:印发)?[）)]?$")
_PRINTED = re.compile(r"印发[）)]?$")
_HAN_YEAR = re.compile(
    r"^(?:[一-鿿]{2,30}\s*)?(?P<y>[二〇○零一三四五六七八九]{4})年(?P<m>[一二三四五六七八九十]{1,2})月(?P<d>[一二三四五六七八九十]{1,3})日$"
)
_HAN_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "十": 10}
_TAIL_LINES = 8
_HEAD_CHARS = 900


@dataclass(frozen=True)
class Reading:
    """A year read somewhere, with the weight of the rule that read it."""

    year: int
    weight: int
    evidence: Evidence


def plan_year(
    text: str, title: str, lines: list[TitleLine], path: str, *, printed: bool
) -> tuple[int | None, Evidence]:
    """The year the measures are for, or None with what was found as candidates.

    Args:
        text: clean text.
        title: its title.
        lines: lines before the text begins.
        path: path of the file; a year in its name is the last resort.
        printed: whether the title stands in the text or its page, and is not the file's name.
    """
    readings = list(_readings(text, title, lines, printed=printed))
    if not readings:
        return _weak(text, path)
    best = max(readings, key=lambda reading: reading.weight)
    others: dict[int, Candidate] = {}
    for reading in readings:
        if reading.year != best.year:
            found = reading.evidence
            others.setdefault(reading.year, Candidate(reading.year, found.rule, found.quote, found.start, found.end))
    conflict = any(reading.year != best.year and reading.weight >= best.weight for reading in readings)
    if conflict:
        # two rules of one rank that disagree: nothing in the text decides
        return None, Evidence("conflict", where="derived", conflict=True, candidates=tuple(others.values())).beside(
            (Candidate(best.year, best.evidence.rule, best.evidence.quote, best.evidence.start, best.evidence.end),)
        )
    return best.year, best.evidence.beside(tuple(others.values()))


def _readings(text: str, title: str, lines: list[TitleLine], *, printed: bool) -> Iterator[Reading]:
    if printed:
        yield from _from_title(text, title)
    for line in lines:
        match = _MEETING.match(line.text)
        if match:
            quote = match[0]
            yield Reading(int(match["y"]), 80, Evidence("congress_date", quote, line.start, line.start + len(quote)))
    yield from _from_headings(text)
    match = _OPENING.search(text[:_HEAD_CHARS])
    if match:
        yield Reading(int(match["y"]), 50, Evidence("opening", match[0], match.start(), match.end()))


def _from_title(text: str, title: str) -> Iterator[Reading]:
    years = [
        (int(m[1]), m)
        for m in _FILE_YEAR.finditer(title)
        if title[m.end() : m.end() + 1] in ("年", "—", "-", "至", "－")
    ]
    if not years:
        return
    ranged = re.search(r"(?:19|20)\d\d年?[—\-－至](?:19|20)?\d\d年", title)
    if ranged:
        return  # a plan for several years is for none of them alone
    year, match = max(years, key=lambda pair: pair[0])
    later = title[match.end() :]
    review = (
        len(years) == 1
        and re.search(r"总结|回顾", later)
        and not re.search(r"计划|打算|谋划|安排|要点|思路|重点|报告|意见", later)
    )
    quote = title[match.start() : match.end() + 1]
    start = text.find(quote)
    place = (
        Evidence("title", quote, start, start + len(quote)) if start >= 0 else Evidence("title", quote, where="derived")
    )
    if not review:
        yield Reading(year, 100, place)


def _from_headings(text: str) -> Iterator[Reading]:
    for match in _HEADING.finditer(text):
        line = match["title"]
        if not re.search(r"(?:19|20)\d\d年", line) or re.search(r"[。；]", line):
            continue
        plan = None if _REPORTS.search(line) else _HEADING_PLAN.search(line)
        start = match.start("title")
        if plan and not re.search(r"回顾|总结|成就|成效", line[plan.start() :]):
            yield Reading(
                int(plan["y"]), 70, Evidence("plan_heading", plan[0], start + plan.start(), start + plan.end())
            )
            continue
        review = _SUMMARY.search(line)
        if review:
            quote = Evidence("review_heading", review[0], start + review.start(), start + review.end(), inferred=True)
            yield Reading(int(review["y"]) + 1, 40, quote)


def _weak(text: str, path: str) -> tuple[int | None, Evidence]:
    """Nothing in the text says it: candidates from five-year plans being drafted; a year in the file's name counts."""
    drafted = _DRAFT.search(text)
    candidates: list[Candidate] = []
    if drafted and drafted["n"] in _FIVE:
        first = _FIVE[drafted["n"]]
        candidates = [
            Candidate(year, "drafts_five_year_plan", drafted[0], drafted.start(), drafted.end())
            for year in (first - 1, first)
        ]
    name = path.rsplit("/", 1)[-1]
    found = _FILE_YEAR.search(name)
    if found:
        return int(found[1]), Evidence("file_name", found[1], where="path", inferred=True, candidates=tuple(candidates))
    return None, Evidence("none", where="derived", candidates=tuple(candidates))


def published(text: str, lines: list[TitleLine]) -> tuple[date | None, Evidence]:
    """The document's own date: under its title, at a congress, or at its end beside the signature."""
    for line in lines:
        match = _MEETING.match(line.text) or re.fullmatch(r"[（(]?" + DATE.pattern + r"[）)]?", line.text.strip())
        found = _date(match)
        if match and found:
            start = line.start + match.start("y")
            return found, Evidence(
                "date_under_title",
                text[start : match.end("d") + line.start + 1],
                start,
                match.end("d") + line.start + 1,
            )
    return _signed(text)


def _signed(text: str) -> tuple[date | None, Evidence]:
    """The date beside the signature; the day the office printed the document (…日印发) only if there is no other."""
    printed: tuple[date | None, Evidence] = (None, Evidence("none", where="derived"))
    place = len(text)
    for line in reversed(text.split("\n")[-_TAIL_LINES:]):
        place -= len(line)
        match = _SIGNED.match(line.strip())
        found = _date(match) or _han_date(_HAN_YEAR.match(line.strip()))
        if found and match and _PRINTED.search(match[0]):
            printed = found, Evidence("printing_date", line, place, place + len(line), inferred=True)
        elif found:
            return found, Evidence("signature_date", line, place, place + len(line))
        place -= 1
    return printed


def _date(match: re.Match[str] | None) -> date | None:
    if match is None:
        return None
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        return None


def _han_date(match: re.Match[str] | None) -> date | None:
    if match is None:
        return None
    year = int("".join(str(_HAN_DIGITS[c]) for c in match["y"]))
    try:
        return date(year, _han_number(match["m"]), _han_number(match["d"]))
    except ValueError:
        return None


def _han_number(text: str) -> int:
    if "十" not in text:
        return _HAN_DIGITS[text]
    tens, ones = text.split("十", 1)
    return (_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0)
