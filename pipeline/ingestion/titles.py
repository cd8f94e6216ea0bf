"""The document's own title and what kind of document it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.ingestion import issuers
from pipeline.ingestion.evidence import Evidence
from pipeline.ingestion.types import PageHints

_KIND = re.compile(
    r"工作要点|工作重点|重点工作|工作计划|工作总结|工作打算|工作谋划|工作安排|工作思路|工作目标|工作任务|政府工作报告|工作报告|实施意见|指导意见|意见|"
    r"实施方案|方案|规划|行动计划|计划|要点|总结|安排|打算|谋划|思路|报告|通知|办法|通报|公告|决定|清单"
)
_TYPES = (
    ("government_report", re.compile(r"政府工作报告")),
    (
        "summary_and_plan",
        re.compile(r"(?:总结|回顾|小结)[^\n]{0,24}(?:计划|打算|谋划|安排|要点|思路|重点|任务|目标|展望)"),
    ),
    ("work_points", re.compile(r"工作要点|工作重点|重点工作|要点|重点任务")),
    ("plan", re.compile(r"计划|打算|谋划|安排|工作思路|规划|方案|工作目标|工作任务")),
    ("opinion", re.compile(r"意见")),
)
_BODY = re.compile(
    r"^[（(]?[一二三四五六七八九十]{1,3}[)）]?[、，]|^[（(][一二三四五六七八九十]{1,3}[)）]|^\d{1,2}[.、．]|^各位代表|^第[一二三四五六七八九十]+部分"
)
_SENTENCE = re.compile(r"[。；！？]|，.*，")
_ADDRESSEES = re.compile(r"[:：]$")
_NUMBER = re.compile(r"^[一-鿿]{1,10}[〔\[（(]\d{4}[〕\])）]\d+号$")
_HEX = re.compile(r"[0-9a-fA-F_\-\d]+")
_ZONE = 14
_MAX_TITLE = 90


@dataclass(frozen=True)
class TitleLine:
    """A line before the text begins, with its clean offsets."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Title:
    """The title and its evidence."""

    text: str
    evidence: Evidence


def zone(text: str) -> list[TitleLine]:
    """Lines before the text's first heading or paragraph, at most 14."""
    lines: list[TitleLine] = []
    place = 0
    for line in text.split("\n", _ZONE)[:_ZONE]:
        if line.strip():
            if _BODY.match(line) or (len(line) >= 30 and _SENTENCE.search(line)) or len(line) > _MAX_TITLE:  # noqa: PLR2004
                break
            lines.append(TitleLine(line, place, place + len(line)))
        place += len(line) + 1
    return lines


def choose(text: str, lines: Sequence[TitleLine], hints: PageHints, path: str) -> Title:
    """The title: a line that names a kind of document, else the page's title, the first line or the file's name."""
    own = _own(lines)
    if own is not None:
        return own
    if hints.title and _KIND.search(hints.title):
        return Title(hints.title, Evidence(f"page_title:{hints.title_rule}", hints.title, where="page"))
    if lines:
        return Title(lines[0].text, Evidence("first_line", lines[0].text, lines[0].start, lines[0].end))
    return _fallback(text, hints, path)


def _own(lines: Sequence[TitleLine]) -> Title | None:
    places = [i for i, line in enumerate(lines) if _is_title(line.text)]
    if not places:
        return None
    index = max(places, key=lambda i: (_strength(lines[i].text), -i))
    line = lines[index]
    before = lines[index - 1] if index else None
    if before is not None and not any(True for _ in issuers.find(line.text)) and _is_issuer_line(before.text):
        title = f"{before.text}{line.text}"
        return Title(title, Evidence("title_lines", f"{before.text}\n{line.text}", before.start, line.end))
    return Title(line.text, Evidence("title_line", line.text, line.start, line.end))


def _is_title(line: str) -> bool:
    return (
        _KIND.search(line) is not None
        and not _ADDRESSEES.search(line)
        and not _NUMBER.match(line)
        and not line.startswith(("——", "（", "(", "来源"))
    )


def _strength(line: str) -> int:
    """How much a line looks like a title: its kind ends it, it names a year, it names who."""
    ends = re.search(rf"(?:{_KIND.pattern})(?:[（(][^（）()]*[)）])?$", line) is not None
    return 2 * ends + bool(re.search(r"\d{4}年", line)) + any(True for _ in issuers.find(line))


def _is_issuer_line(line: str) -> bool:
    found = list(issuers.find(line))
    named = sum(issuer.end - issuer.start for issuer in found)
    return bool(found) and named >= 0.8 * len(re.sub(r"[\s、]", "", line))


def _fallback(text: str, hints: PageHints, path: str) -> Title:
    if hints.title:
        return Title(hints.title, Evidence(f"page_title:{hints.title_rule}", hints.title, where="page"))
    stem = PurePosixPath(path.rsplit("!/", 1)[-1]).stem
    if not _HEX.fullmatch(stem):
        return Title(stem, Evidence("file_name", stem, where="path"))
    first = re.split(r"[\n。]", text.lstrip(), maxsplit=1)[0][:40]
    start = text.find(first) if first else 0
    return Title(first or "（无标题）", Evidence("first_words", first, start, start + len(first)))


def doc_type(title: str, text: str) -> tuple[str, Evidence]:
    """The kind of document: by its title, for reports to a congress also by how they open."""
    for name, pattern in _TYPES:
        match = pattern.search(title)
        if match:
            return name, Evidence("title_word", match[0], where="derived")
    match = re.search(
        r"向(?:大会|第[^。，]{2,20}会议)(?:作|报告)[^。]{0,20}(?:政府)?工作|向大会作(?:政府工作)?报告", text[:1500]
    )
    if match:
        return "government_report", Evidence("opening", match[0], match.start(), match.end())
    return "other", Evidence("none", where="derived")
