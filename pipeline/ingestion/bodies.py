"""From the bodies a document names to its issuer, region and level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.ingestion import regions
from pipeline.ingestion.evidence import Candidate, Evidence
from pipeline.ingestion.naming import Named, named
from pipeline.ingestion.places import MUNICIPALITIES, Level, Place, gazetteer
from pipeline.ingestion.titles import Title, TitleLine


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
    found = list(named(text, title, lines, path, report=report))
    complete = [group for group in found if group.main.complete]
    partial = [group for group in found if not group.main.complete]
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


def _fullest(place: Place, found: Sequence[Named]) -> Place:
    """The place with the upper levels that another printed name of the document adds."""
    for group in found:
        other = group.main.place
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
    for group in others:
        place = group.main.place
        if group.where == "path" or place is None or mine is None or place.lowest == mine.lowest:
            continue
        if place.lowest in (mine.province, mine.city, mine.county) or mine.lowest in (place.city, place.province):
            continue
        rivals.setdefault(
            group.name, Candidate(group.name, group.rule, group.name, group.group[0].start, group.group[-1].end)
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
    """No body with a place in its name: the level from its name or what the text calls itself, places as candidates."""
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
