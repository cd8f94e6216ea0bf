"""Word's automatic numbering, from `numbering.xml` and `styles.xml`: what it prints before each paragraph.

ECMA-376 part 1, 17.9. A paragraph names a list instance (`numId`) and a level, itself or through its style; the
instance names an abstract list with formats per level and may override them. Instances of one abstract list count on
together unless an override restarts them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pipeline.ingestion.listnumbers import formatted

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_MAX_STYLE_DEPTH = 20


@dataclass(frozen=True)
class Level:
    """One level of a list: `text` such as `（%1）`, `restart` the level after which it starts anew (None: any)."""

    style: str
    text: str
    start: int
    suffix: str
    legal: bool
    restart: int | None


@dataclass
class _List:
    levels: dict[int, Level]
    abstract: str
    restarts: dict[int, int] = field(default_factory=dict)


def value(element: Any, path: str) -> str | None:
    """The `w:val` of the child at `path`, None without one."""
    child = element.find(path) if element is not None else None
    found: str | None = child.get(f"{W}val") if child is not None else None
    return found


def number(text: str | None, default: int) -> int:
    """An integer attribute; the default for a missing or malformed one."""
    try:
        return int(text) if text is not None else default
    except ValueError:
        return default


def _level(element: Any) -> Level:
    legal = element.find(f"{W}isLgl")
    restart = value(element, f"{W}lvlRestart")
    return Level(
        style=value(element, f"{W}numFmt") or "decimal",
        text=value(element, f"{W}lvlText") or "",
        start=number(value(element, f"{W}start"), 1),
        suffix=value(element, f"{W}suff") or "tab",
        legal=legal is not None and legal.get(f"{W}val") not in ("0", "false"),
        restart=number(restart, 0) if restart is not None else None,
    )


class Numbering:
    """Counts a document's list paragraphs in reading order."""

    def __init__(self, numbering: Any | None, styles: Any | None) -> None:
        self._lists = _lists(numbering) if numbering is not None else {}
        self._styles = _style_numbers(styles) if styles is not None else {}
        self._counts: dict[str, dict[int, int]] = {}
        self._seen: set[tuple[str, int]] = set()

    def label(self, paragraph: Any) -> str:
        """What Word prints before a paragraph, with the blank after it if one is needed; advances the count."""
        place = self._place(paragraph)
        if place is None:
            return ""
        list_id, depth = place
        found = self._lists.get(list_id)
        level = found.levels.get(depth) if found else None
        if found is None or level is None:
            return ""
        counts = self._counts.setdefault(found.abstract, {})
        self._advance(list_id, found, depth, counts)
        label = _PLACE.sub(lambda match: self._figure(found, counts, int(match[1]) - 1, legal=level.legal), level.text)
        if level.style == "bullet" or not label.strip():
            return ""
        return label + (" " if label[-1].isalnum() and label[-1].isascii() else "")

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        properties = paragraph.find(f"{W}pPr")
        own = properties.find(f"{W}numPr") if properties is not None else None
        style = value(properties, f"{W}pStyle") or ""
        inherited = self._styles.get(style)
        list_id = value(own, f"{W}numId") or (inherited[0] if inherited else None)
        depth = value(own, f"{W}ilvl")
        if list_id is None or list_id == "0":  # 0 switches the numbering of the style off
            return None
        level = number(depth, inherited[1] if inherited and own is None else 0)
        return list_id, min(max(level, 0), _LEVELS - 1)

    def _advance(self, list_id: str, found: _List, depth: int, counts: dict[int, int]) -> None:
        first = (list_id, depth) not in self._seen
        self._seen.add((list_id, depth))
        if first and depth in found.restarts:
            counts[depth] = found.restarts[depth]
        elif depth in counts:
            counts[depth] += 1
        else:
            counts[depth] = found.levels[depth].start
        for deeper in [other for other in counts if other > depth]:
            restart = found.levels[deeper].restart if deeper in found.levels else None
            if restart is None or (restart and depth < restart):
                del counts[deeper]

    def _figure(self, found: _List, counts: dict[int, int], depth: int, *, legal: bool) -> str:
        level = found.levels.get(depth)
        if level is None:
            return ""
        return formatted(counts.get(depth, level.start), "decimal" if legal else level.style)


def _lists(numbering: Any) -> dict[str, _List]:
    abstracts = {element.get(f"{W}abstractNumId"): element for element in numbering.iter(f"{W}abstractNum")}
    by_style = {value(element, f"{W}styleLink"): name for name, element in abstracts.items()}
    found: dict[str, _List] = {}
    for instance in numbering.iter(f"{W}num"):
        name = value(instance, f"{W}abstractNumId") or ""
        element = abstracts.get(name)
        linked = value(element, f"{W}numStyleLink") if element is not None else None
        if linked and linked in by_style:
            name = by_style[linked]
            element = abstracts[name]
        if element is None:
            continue
        made = _List({number(level.get(f"{W}ilvl"), 0): _level(level) for level in element.findall(f"{W}lvl")}, name)
        for override in instance.findall(f"{W}lvlOverride"):
            depth = number(override.get(f"{W}ilvl"), 0)
            replaced = override.find(f"{W}lvl")
            if replaced is not None:
                made.levels[depth] = _level(replaced)
            start = value(override, f"{W}startOverride")
            if start is not None:
                made.restarts[depth] = number(start, 1)
        found[instance.get(f"{W}numId") or ""] = made
    return found


def _style_numbers(styles: Any) -> dict[str, tuple[str, int]]:
    """List and level of each paragraph style, inherited through `basedOn`."""
    elements = {element.get(f"{W}styleId"): element for element in styles.iter(f"{W}style")}
    found: dict[str, tuple[str, int]] = {}
    for name in elements:
        list_id: str | None = None
        depth: str | None = None
        ancestor: str | None = name
        for _ in range(_MAX_STYLE_DEPTH):
            element = elements.get(ancestor)
            if element is None:
                break
            properties = element.find(f"{W}pPr/{W}numPr")
            list_id = list_id or value(properties, f"{W}numId")
            depth = depth or value(properties, f"{W}ilvl")
            ancestor = value(element, f"{W}basedOn")
        if list_id and name:
            found[name] = (list_id, number(depth, 0))
    return found
