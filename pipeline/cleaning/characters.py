"""Invisible characters, odd spaces, and compatibility forms of visible ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipeline.cleaning.draft import Draft, Edit

INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]+"
)
"""Control, zero-width, direction and variation characters: they print nothing."""

_INSIDE_PROSE = re.compile(
    rf"(?:。[^\n]*|\n[^\n]{{10,}})[^。！？；：…!?;:”’）》\s]\n(?P<nothing>{INVISIBLE.pattern})(?=\n)"
    rf"|。\n(?P<between>{INVISIBLE.pattern})\n(?=[^\n]{{40}})(?![^，。\n]{{4,20}}。|各位|我们要)"
)
"""A line of nothing visible inside prose: a page's layout, no end of the paragraph.

Prose goes on below it where the line above stops without a mark, and where the line below neither has a run-in title
nor addresses anybody.
"""

_BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u3164\uffa0"
_SPACES = re.compile(f"[{_BLANKS}]")
_BREAK = re.compile(r"\r\n?|[\u000b\u000c\u0085\u2028\u2029]")
_COMPATIBLE = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
"""Radicals and compatibility ideographs, as PDF fonts give them: ⼀ for 一."""

_RADICALS = str.maketrans(
    "⺟⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰",
    "母民西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙",
)
"""Radicals of the supplement that fonts use for whole characters and NFKC leaves alone."""


def invisible(text: str) -> Iterator[Edit]:
    """Edits that remove what cannot be seen, and write every line break as one newline."""
    inside = {found.start(found.lastgroup or 0): found for found in _INSIDE_PROSE.finditer(text)}
    for match in INVISIBLE.finditer(text):
        broken = inside.get(match.start())
        whole = broken is not None and broken["between"] is not None
        yield Edit(match.start() - (broken is not None), match.end() + whole, "", "invisible")
    for match in _BREAK.finditer(text):
        yield Edit(*match.span(), "\n", "line_break")


def unify(draft: Draft) -> None:
    """Make every blank a plain space and every compatibility ideograph the ordinary one; keeps the length."""
    draft.substitute(_SPACES.sub(" ", draft.text), "space")
    if _COMPATIBLE.search(draft.text):
        draft.substitute(_COMPATIBLE.sub(_ordinary, draft.text), "compatibility")


def _ordinary(match: re.Match[str]) -> str:
    character = match[0].translate(_RADICALS)
    normal = unicodedata.normalize("NFKC", character)
    return normal if len(normal) == 1 else character
