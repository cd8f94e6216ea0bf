"""From the bodies a document names to its issuer, region and level."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.ingestion import issuers, regions
from pipeline.ingestion.evidence import Candidate, Evidence, Where
from pipeline.ingestion.issuers import Issuer
from pipeline.ingestion.places import MUNICIPALITIES, Level, Place, divide, gazetteer
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
_ORDER = ("title", "signature", "letterhead", "opening", "speaker", "file_name")


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


@dataclass(frozen=True)
class Body:
    """Who issued the document and where that is."""

    issuer: str | None
    place: Place
    level: Level | None
    evidence: dict[str, Evidence] = field(default_factory=dict)


def identify(text: str, title: Title, lines: Sequence[TitleLine], path: str, *, report: bool) -> Body:
    """The issuer with its region and level.

    Args:
        text: clean text.
        title: its title.
        lines: lines before the text begins.
        path: path of the file, used when nothing in the text names a body.
        report: whether it is a government's report to its congress, whose speaker names the issuer.
    """
    found = list(_named(text, title, lines, path, report=report))
    complete = [named for named in found if named.main.complete]
    partial = [named for named in found if not named.main.complete]
    chosen = complete[0] if complete else None
    if chosen is None:
        return _incomplete(text, partial[0] if partial else None)
    place = _fullest(chosen.main.place or Place(), found)
    issuer = _with_upper(chosen, place)
    rivals = _rivals(chosen, complete[1:])
    quote = text[chosen.group[0].start : chosen.group[-1].end] if chosen.where == "text" else chosen.name
    evidence = chosen.evidence(quote)
    fields = _region_evidence(text, place, chosen, evidence)
    return Body(issuer, place, chosen.main.level, {"issuer": evidence.beside(rivals, conflict=bool(rivals)), **fields})


def _named(text: str, title: Title, lines: Sequence[TitleLine], path: str, *, report: bool) -> Iterator[Named]:
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


def _fullest(place: Place, found: Sequence[Named]) -> Place:
    """The place with the upper levels that another printed name of the document adds."""
    for named in found:
        other = named.main.place
        if other is not None and other.lowest == place.lowest and other.level == place.level:
            place = replace(
                place,
                province=place.province or other.province,
                city=place.city or other.city,
                known=place.known or other.known,
            )
    return place


def _with_upper(chosen: Named, place: Place) -> str:
    """The issuer's name; a county bureau whose city another line prints gets it: 临澜市 + 澜东区教育局."""
    main = chosen.main
    if len(chosen.group) > 1 or place.county is None or place.city is None or place.known:
        return chosen.name
    if main.place is not None and main.place.city is None and main.name.startswith(place.county):
        return f"{place.city}{main.name}"
    return chosen.name


def _rivals(chosen: Named, others: Sequence[Named]) -> tuple[Candidate, ...]:
    """Other bodies whose place contradicts the chosen one's."""
    mine = chosen.main.place
    rivals: dict[str, Candidate] = {}
    for named in others:
        place = named.main.place
        if named.where == "path" or place is None or mine is None or place.lowest == mine.lowest:
            continue
        if place.lowest in (mine.province, mine.city, mine.county) or mine.lowest in (place.city, place.province):
            continue
        rivals.setdefault(
            named.name, Candidate(named.name, named.rule, named.name, named.group[0].start, named.group[-1].end)
        )
    return tuple(rivals.values())


def _region_evidence(text: str, place: Place, chosen: Named, issuer: Evidence) -> dict[str, Evidence]:
    """Evidence of province, city, county and level: the name itself, the gazetteer, or candidates from the text."""
    made: dict[str, Evidence] = {}
    printed = chosen.main.name
    for name, value in (("province", place.province), ("city", place.city), ("county", place.county)):
        if value is not None:
            rule = "issuer_name" if value in printed else ("gazetteer" if place.known else "printed_elsewhere")
            made[name] = Evidence(rule, issuer.quote, issuer.start, issuer.end, issuer.where)
        else:
            made[name] = Evidence("none", where="derived", candidates=_missing(text, place, chosen, name))
    made["level"] = Evidence("issuer_name", issuer.quote, issuer.start, issuer.end, issuer.where)
    return made


def _missing(text: str, place: Place, chosen: Named, name: str) -> tuple[Candidate, ...]:
    """Candidates for a level above the issuer's place that its name does not settle."""
    order = ("province", "city", "county")
    own = place.level
    if chosen.main.level == "national" or own is None or own == "national" or order.index(name) > order.index(own):
        return ()
    if place.province in MUNICIPALITIES:
        return ()
    homonyms = gazetteer().full.get(place.lowest or "", ())
    listed = {getattr(other, name): None for other in homonyms if getattr(other, name)}
    if listed:
        return tuple(Candidate(value, "gazetteer_homonym") for value in listed)
    return regions.candidates(text, name)  # type: ignore[arg-type]


def _incomplete(text: str, named: Named | None) -> Body:
    """No body with a place in its name: the level from its name or from what the text calls itself, places as candidates."""
    level = named.main.level if named else None
    said, where = regions.self_level(text)
    level_evidence = Evidence("none", where="derived")
    if level is not None and named is not None:
        level_evidence = named.evidence(named.name)
    elif said is not None and where is not None:
        level, level_evidence = said, Evidence("self_reference", where.quote, where.start, where.end, inferred=True)
    only = regions.only_city(text) if named is not None and level == "city" else None
    if only is not None and named is not None:
        return _completed(named, only, level_evidence, level)
    issuer = Evidence("none", where="derived")
    if named is not None:
        issuer = Evidence("place_missing", named.name, named.group[0].start, named.group[-1].end, named.where)
        issuer = issuer.beside(
            (Candidate(named.name, named.rule, named.name, named.group[0].start, named.group[-1].end),)
        )
    fields = {
        name: Evidence("none", where="derived", candidates=regions.candidates(text, name))
        for name in ("province", "city", "county")
    }
    return Body(None, Place(), level, {"issuer": issuer, **fields, "level": level_evidence})


def _completed(named: Named, only: regions.Support, level_evidence: Evidence, level: Level | None) -> Body:
    """市教育局 in a text that names one city and no other: that city's bureau, marked as inferred."""
    first = only.first
    rule = "only_city_in_text"
    shown = Evidence(rule, first.form, first.start, first.end, inferred=True)
    support = tuple(Candidate(m.place.lowest or "", "place_in_text", m.form, m.start, m.end) for m in only.mentions[:5])
    name = f"{only.place.city}{named.main.name.removeprefix('市')}"
    county = Evidence("none", where="derived")
    return Body(
        name,
        only.place,
        level,
        {
            "issuer": replace(named.evidence(named.name), rule=rule, inferred=True).beside(support),
            "province": shown,
            "city": shown.beside(support),
            "county": county,
            "level": level_evidence,
        },
    )
