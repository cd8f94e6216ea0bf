"""Invisible characters, odd spaces, and compatibility forms of visible ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipeline.cleaning.draft import Draft, Edit
from pipeline.wordcut import tokenizer

INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]+"
)
"""Control, zero-width, direction and variation characters: they print nothing."""

_OPEN_END = re.compile(r"[^。！？；：…!?;:”’）》\s]")
_OPENS = re.compile(r"[^，。\n]{4,20}。|各位|我们要|[^\n]{0,19}(?:\n|\Z)")
"""How a line begins that opens a topic or addresses somebody, or a line too short to be the rest of a paragraph."""

_PROSE_MIN = 11

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
    for match in INVISIBLE.finditer(text):
        yield Edit(*_with_breaks(text, *match.span()), "", "invisible")
    for match in _BREAK.finditer(text):
        yield Edit(*match.span(), "\n", "line_break")


def _with_breaks(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of something invisible, with the line breaks around it where it is a line inside a paragraph.

    Such a line is a page's layout. Prose goes on below it where the line above stops without a mark (the break that is
    left there is a line wrap), a short one only inside a word, and where the line below neither has a run-in title nor
    addresses anybody.
    """
    if text[start - 1 : start] != "\n" or text[end : end + 1] != "\n":
        return start, end
    above = text[text.rfind("\n", 0, start - 1) + 1 : start - 1]
    if len(above) < _PROSE_MIN:
        return (start - 1, end + 1) if _is_word(above[-1:] + text[end + 1 : end + 2]) else (start, end)
    if _OPEN_END.fullmatch(above[-1]):
        return start - 1, end
    whole = above.endswith("。") and not _OPENS.match(text, end + 1)
    return (start - 1, end + 1) if whole else (start, end)


def _is_word(pair: str) -> bool:
    """Whether two characters are a word, which no paragraph's end parts (`领域改` above `革，加快…`)."""
    return len(pair) > 1 and tokenizer().FREQ.get(pair, 0) > 0


def unify(draft: Draft) -> None:
    """Make every blank a plain space and every compatibility ideograph the ordinary one; keeps the length."""
    draft.substitute(_SPACES.sub(" ", draft.text), "space")
    if _COMPATIBLE.search(draft.text):
        draft.substitute(_COMPATIBLE.sub(_ordinary, draft.text), "compatibility")


def _ordinary(match: re.Match[str]) -> str:
    character = match[0].translate(_RADICALS)
    normal = unicodedata.normalize("NFKC", character)
    return normal if len(normal) == 1 else character
