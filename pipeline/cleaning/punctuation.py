"""Punctuation and digits as official Chinese has them (GB/T 15834-2011, GB/T 9704-2012).

Full-width marks in Chinese context (，。；：！？（）“”……——), half-width digits, Latin letters, percent signs and the
point of a number (`1.`, `6.5%`). A mark is in Chinese context when a Chinese character or mark stands beside it and it
does not stand inside a number, time or address. `(1)` at the start of a line is a number and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.cleaning.draft import Edit

_WIDE = {
    chr(code): chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_WIDE |= {"％": "%", "＋": "+", "／": "/", "＝": "=", "＃": "#", "＆": "&", "＠": "@", "＊": "*", "＜": "<", "＞": ">"}
_SMALL = {
    "﹐": "，",
    "﹑": "、",
    "﹒": ".",
    "﹔": "；",
    "﹕": "：",
    "﹖": "？",
    "﹗": "！",
    "﹙": "（",
    "﹚": "）",
    "﹪": "%",
    "｡": "。",
    "､": "、",
}
_DOTS = dict.fromkeys("•‧・･˙∙⋅", "·")
_LETTERS = _WIDE | _SMALL | _DOTS | {"∶": "：", "︰": "：", "［": "[", "］": "]", "〝": "“", "〞": "”", "＂": '"'}
_ANY_LETTER = re.compile(f"[{re.escape(''.join(_LETTERS))}]")

HAN = r"㐀-鿿豈-﫿〇"
_CHINESE = rf"{HAN}，。、；：？！（）《》〈〉“”‘’【】〔〕「」『』…—·％"
_MARKS = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}

# Patterns begin with the mark itself and look back afterwards: a search that begins with a lookbehind tries it at every
# character and made this the slowest rule of all.
_MARK = re.compile(r"[,;:!?]{1,3}")
_IN_CHINESE = re.compile(rf"[{_CHINESE}]")
_THEN_CHINESE = re.compile(rf" {{0,4}}[{_CHINESE}]")
_ENDS_LATIN = re.compile(r"[%\])a-zA-Z0-9]")
_STOP = re.compile(rf"\.(?<=[{HAN}”）》]\.)(?=[{HAN}“《\n]|$)")
_POINT = re.compile(r"．(?:(?<=\d．)|(?=\d))")
_MINUS = re.compile(r"[－﹣−](?=\d)")
_ELLIPSIS = re.compile(
    rf"\.{{3,6}}(?:(?<=[{_CHINESE}]\.{{3}})|(?<=[{_CHINESE}]\.{{6}})|(?=[{_CHINESE}]))|。{{3,6}}|…(?<!……)(?!…)|⋯+"
)
_DASH = re.compile(r"[―─━]{1,2}|--(?<![-—]--)(?!-)")
_LONG_MARKS = ((_ELLIPSIS, ("...", "。。。", "…", "⋯"), "……"), (_DASH, ("―", "─", "━", "--"), "——"))
"""Pattern, what a text must have for it to match at all (a look for that is quicker), and the mark as it is written."""

_ROUND = re.compile(r"\(([^()（）\n]{1,200})\)")
_MIXED = re.compile(r"\(([^()（）\n]{1,200})）|（([^()（）\n]{1,200})\)")
_QUOTES = re.compile(r'"([^"\n]{1,200})"')
_CORNER = dict(zip("「」『』", "“”‘’", strict=True))
_HAS_HAN = re.compile(rf"[{HAN}]")
_NUMBER_AT_START = re.compile(r"\d{1,3}")


def letters(text: str) -> str:
    """Half-width letters and digits, ordinary middle dots and colons; same length."""
    return _ANY_LETTER.sub(lambda match: _LETTERS[match[0]], text)


def corner_quotes(text: str) -> str:
    """「」『』 of traditional typography as “”‘’; same length."""
    return re.sub("[「」『』]", lambda match: _CORNER[match[0]], text)


def pairs(text: str) -> Iterator[Edit]:
    """Brackets and straight quotes in Chinese context, both sides together so that no pair is left lopsided."""
    for match in _ROUND.finditer(text):
        if _brackets_chinese(text, match):
            yield Edit(match.start(), match.start() + 1, "（", "punctuation")
            yield Edit(match.end() - 1, match.end(), "）", "punctuation")
    for match in _MIXED.finditer(text):
        yield Edit(match.start(), match.start() + 1, "（", "punctuation")
        yield Edit(match.end() - 1, match.end(), "）", "punctuation")
    for match in _QUOTES.finditer(text):
        if _HAS_HAN.search(match[1]) or _beside_han(text, match):
            yield Edit(match.start(), match.start() + 1, "“", "punctuation")
            yield Edit(match.end() - 1, match.end(), "”", "punctuation")


def _brackets_chinese(text: str, match: re.Match[str]) -> bool:
    if _HAS_HAN.search(match[1]):
        return True
    if _NUMBER_AT_START.fullmatch(match[1]):
        return False
    return _beside_han(text, match)


def _beside_han(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    return bool(_HAS_HAN.match(before) or _HAS_HAN.match(after))


def _mark_is_chinese(text: str, start: int, end: int) -> bool:
    """Whether marks stand beside a Chinese character, or after Latin text or a figure and before Chinese."""
    before = text[start - 1 : start]
    if _IN_CHINESE.match(before) or _IN_CHINESE.match(text, end):
        return True
    return _ENDS_LATIN.match(before) is not None and _THEN_CHINESE.match(text, end) is not None


def marks(text: str) -> Iterator[Edit]:
    """Commas, colons, stops, dashes and ellipses in Chinese context."""
    for match in _MARK.finditer(text):
        if _mark_is_chinese(text, *match.span()):
            for place in range(match.start(), match.end()):
                yield Edit(place, place + 1, _MARKS[text[place]], "punctuation")
    for match in _STOP.finditer(text):
        yield Edit(*match.span(), "。", "punctuation")
    for match in _POINT.finditer(text):
        yield Edit(*match.span(), ".", "punctuation")
    for match in _MINUS.finditer(text):
        yield Edit(*match.span(), "-", "punctuation")
    for pattern, signs, written in _LONG_MARKS:
        if any(sign in text for sign in signs):
            for match in pattern.finditer(text):
                yield Edit(*match.span(), written, "punctuation")
