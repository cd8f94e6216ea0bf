"""Places a text names, weighed as candidates for where its issuer sits; and what a text calls itself (我区, 全市)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from pipeline.ingestion.evidence import Candidate
from pipeline.ingestion.mentions import Mention, mentions
from pipeline.ingestion.places import Level, Place

_SELF = re.compile(
    r"(?P<sure>我(?P<a>[省市县区州旗]))|(?P<maybe>全(?P<b>[省市县区州旗])(?!域)|(?P<c>[省市县区州旗])委(?:、?\s?(?P=c)政府)?)"
)
_LEVELS: dict[str, Level] = {
    "省": "province",
    "市": "city",
    "州": "city",
    "县": "county",
    "区": "county",
    "旗": "county",
}
_SURE_WEIGHT = 3
_MAX_CANDIDATES = 5
_MIN_SUPPORT = 2


@dataclass(frozen=True)
class Support:
    """A place and the mentions that speak for it: its own and those of places within it."""

    place: Place
    mentions: tuple[Mention, ...]

    @property
    def weight(self) -> int:
        """Number of mentions; a full name (台州市) counts double."""
        return sum(1 + mention.full for mention in self.mentions)

    @property
    def first(self) -> Mention:
        """The earliest mention."""
        return min(self.mentions, key=lambda mention: mention.start)


def self_level(text: str) -> tuple[Level | None, Candidate | None]:
    """The level a text gives itself: 我区 and 我市 weigh three times 全市 or 区委; the heaviest must be ahead.

    Returns the level and the first place that says so.
    """
    weights: defaultdict[Level, int] = defaultdict(int)
    first: dict[Level, re.Match[str]] = {}
    for match in _SELF.finditer(text):
        level = _LEVELS[match["a"] or match["b"] or match["c"]]
        weights[level] += _SURE_WEIGHT if match["sure"] else 1
        first.setdefault(level, match)
    if not weights:
        return None, None
    ranked = sorted(weights, key=lambda level: -weights[level])
    if len(ranked) > 1 and weights[ranked[0]] == weights[ranked[1]]:
        return None, None
    found = first[ranked[0]]
    return ranked[0], Candidate(ranked[0], "self_reference", found[0], *found.span(), count=weights[ranked[0]])


def supports(text: str, level: Level) -> list[Support]:
    """Places of one level that the text names or names parts of, heaviest first."""
    held: defaultdict[Place, list[Mention]] = defaultdict(list)
    for mention in mentions(text):
        upper = _at(mention.place, level)
        if upper is not None:
            held[upper].append(mention)
    found = [Support(place, tuple(group)) for place, group in held.items()]
    return sorted(found, key=lambda support: (-support.weight, support.first.start, str(support.place)))


def _at(place: Place, level: Level) -> Place | None:
    if level == "county":
        return place if place.county else None
    if level == "city":
        return Place(place.province, place.city, None, known=True) if place.city else None
    return Place(place.province, None, None, known=True) if place.province else None


def candidates(text: str, level: Level) -> tuple[Candidate, ...]:
    """The heaviest places of a level as candidates, at most five; `count` is their weight."""
    made = []
    for support in supports(text, level)[:_MAX_CANDIDATES]:
        first = support.first
        rule = "place_in_text" if first.place.current else "former_place_in_text"
        value = support.place.lowest or ""
        above = "".join(name for name in (support.place.province, support.place.city) if name and name != value)
        made.append(Candidate(f"{above}{value}", rule, first.form, first.start, first.end, support.weight))
    return tuple(made)


def only_city(text: str) -> Support | None:
    """The city that all city and county names of the text belong to, if there is just one and it is named twice."""
    found = supports(text, "city")
    if len(found) != 1 or len(found[0].mentions) < _MIN_SUPPORT:
        return None
    own = [mention for mention in found[0].mentions if mention.place.level == "city"]
    return found[0] if len(own) >= _MIN_SUPPORT else None
