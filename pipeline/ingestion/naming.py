"""Where a document names who issued it: title, speaker, signature, letterhead, opening sentence, file name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.ingestion import issuers
from pipeline.ingestion.evidence import Evidence, Where
from pipeline.ingestion.issuers import Issuer
from pipeline.ingestion.places import MUNICIPALITIES, Level, Place, divide
from pipeline.ingestion.titles import Title, TitleLine

_TAIL_LINES = 8
_OPENING = 60
_SPEAKER = re.compile(r"我代表(?P<body>国务院|[一-鿿]{0,12}?(?:人民政府|政府))")
_CONGRESS = re.compile(
    r"在(?P<place>[一-鿿]{2,12}?(?:省|市|自治区|自治州|州|县|区|旗))(?:第[一二三四五六七八九十]{1,3}届)?人民代表大会"
)
_GOVERNOR = re.compile(
    r"(?P<place>[一-鿿]{2,12}?(?:省|市|自治区|自治州|县|区|旗))(?:人民政府)?(?:代)?(?:省长|市长|主席|州长|县长|区长|旗长)"
)
_JOINT = re.compile(r"[\s、]*(?:和|与)?[\s、]*")
_NATIONAL = re.compile(r"第[一二三四五六七八九十]{1,3}届全国人民代表大会|我代表国务院")


@dataclass(frozen=True)
class Named:
    """Bodies named together in one part of the document."""

    rule: str
    where: Where
    group: tuple[Issuer, ...]

    @property
    def main(self) -> Issuer:
        """The body the others join: an education bureau before its party committee before a government."""
        return min(self.group, key=issuers.kind_rank)

    @property
    def name(self) -> str:
        """All names, in printed order, joined by 、."""
        return "、".join(dict.fromkeys(issuer.name for issuer in self.group))

    def evidence(self, quote: str) -> Evidence:
        """Evidence with the place of the group in the text."""
        if self.where != "text":
            return Evidence(self.rule, quote, where=self.where)
        return Evidence(self.rule, quote, self.group[0].start, self.group[-1].end)


def named(text: str, title: Title, lines: Sequence[TitleLine], path: str, *, report: bool) -> Iterator[Named]:
    """Everything the document says about its issuer, most trustworthy first; arguments as for `bodies.identify`."""
    if title.evidence.where == "text":
        yield from _group("title", "text", text[title.evidence.start : title.evidence.end], title.evidence.start)
    else:
        yield from _group("title", title.evidence.where, title.text, -1)
    if report:
        yield from _speaker(text, lines)
    yield from _signature(text)
    for line in lines:
        if not (title.evidence.start <= line.start < title.evidence.end):
            yield from _group("letterhead", "text", line.text, line.start)
    opening = _opening(text)
    if opening is not None:
        yield from _group("opening", "text", text[opening : opening + _OPENING], opening)
    yield from _group("file_name", "path", path.rsplit("!/", 1)[-1], -1)
    if report:
        yield from _place_of_file(path)


def _group(rule: str, where: Where, line: str, offset: int) -> Iterator[Named]:
    """The first run of bodies that stand together in a line."""
    group: list[Issuer] = []
    for issuer in issuers.find(line, max(offset, 0)):
        begin = max(offset, 0)
        if group and not _JOINT.fullmatch(line[group[-1].end - begin : issuer.start - begin]):
            break
        group.append(issuer)
    if group:
        yield Named(rule, where, tuple(group))


def _signature(text: str) -> Iterator[Named]:
    """Bodies on lines of their own near the end."""
    place = len(text)
    for line in reversed(text.split("\n")[-_TAIL_LINES:]):
        place -= len(line)
        bare = re.sub(
            r"\s*(?:\d{4}年\d{1,2}月\d{1,2}日|[二〇○零一二三四五六七八九十]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)(?:印发)?$",
            "",
            line,
        )
        for named in _group("signature", "text", bare, place):
            covered = sum(len(issuer.name) for issuer in named.group)
            if covered >= 0.8 * len(re.sub(r"[\s、]", "", bare)):
                yield named
        place -= 1


def _opening(text: str) -> int | None:
    """Where the first paragraph begins: the first line of some length with a sentence in it."""
    place = 0
    for line in text.split("\n")[:20]:
        if len(line) >= 30 and re.search(r"[。，]", line):  # noqa: PLR2004 - shorter lines are titles and headings
            return place
        place += len(line) + 1
    return None


def _speaker(text: str, lines: Sequence[TitleLine]) -> Iterator[Named]:
    """The government whose head reports to its congress."""
    match = _SPEAKER.search(text[:3000])
    national = _NATIONAL.search(text[:3000])
    if national and (match is None or match["body"] == "国务院"):
        start, end = match.span("body") if match else national.span()
        issuer = Issuer("国务院", None, "national", start, end, "central")
        yield Named("speaker", "text", (issuer,))
        return
    place = _speakers_place(lines)
    if place is not None:
        found, start, end = place
        level: Level | None = "province" if found.lowest in MUNICIPALITIES else found.level
        issuer = Issuer(f"{found.lowest}人民政府", found, level, start, end, "government")
        yield Named("congress", "text", (issuer,))


def _speakers_place(lines: Sequence[TitleLine]) -> tuple[Place, int, int] | None:
    for pattern in (_CONGRESS, _GOVERNOR):
        for line in lines:
            match = pattern.search(line.text)
            place = divide(match["place"]) if match else None
            if match and place:
                return place, line.start + match.start("place"), line.start + match.end("place")
    return None


def _place_of_file(path: str) -> Iterator[Named]:
    """`上海市-2026-政府工作报告.txt`: the file names the place of a report."""
    stem = path.rsplit("/", 1)[-1]
    head = re.match(r"[一-鿿]+", stem)
    place = divide(head[0]) if head else None
    if place is not None and place.known:
        level: Level | None = "province" if place.lowest in MUNICIPALITIES else place.level
        yield Named("file_name", "path", (Issuer(f"{place.lowest}人民政府", place, level, -1, -1, "government"),))
