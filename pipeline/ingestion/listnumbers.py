"""Numbers that a page or a Word file prints but does not store: list items, counters, numbering formats."""

from __future__ import annotations

from typing import Any

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_SMALL = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CIRCLED_HAN = "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_LIST_TYPES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_CHINESE_LIMIT = 10_000


def chinese(value: int) -> str:
    """Counting numeral: 1 -> 一, 10 -> 十, 12 -> 十二, 105 -> 一百零五. Values outside 1..9999 in digits."""
    if not 0 < value < _CHINESE_LIMIT:
        return str(value)
    text, pending_zero = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if digit == 0:
            pending_zero = bool(text)
            continue
        if pending_zero:
            text += "零"
            pending_zero = False
        text += _DIGITS[digit] + _UNITS[place]
    return text[1:] if text.startswith("一十") else text


def roman(value: int) -> str:
    """Lower-case Roman numeral; values below 1 in digits."""
    if value < 1:
        return str(value)
    text = ""
    for size, letters in (*_ROMAN, *_ROMAN_SMALL):
        text += letters * (value // size)
        value %= size
    return text


def letters(value: int) -> str:
    """a..z, then aa, bb, … as Word does."""
    return chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1) if value > 0 else str(value)


def _from(table: str, value: int) -> str:
    return table[value - 1] if 0 < value <= len(table) else str(value)


def formatted(value: int, style: str) -> str:
    """A number in a format of Word's `w:numFmt` (ECMA-376, 17.18.59); unknown formats in digits."""
    if style in {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "koreanCounting",
        "chineseLegalSimplified",
        "ideographLegalTraditional",
    }:
        return chinese(value)
    simple = {
        "decimalZero": f"{value:02d}",
        "lowerLetter": letters(value),
        "upperLetter": letters(value).upper(),
        "lowerRoman": roman(value),
        "upperRoman": roman(value).upper(),
        "decimalEnclosedCircle": _from(_CIRCLED, value),
        "decimalEnclosedCircleChinese": _from(_CIRCLED, value),
        "ideographEnclosedCircle": _from(_CIRCLED_HAN, value),
        "ideographTraditional": _from(_STEMS, value),
        "ideographZodiac": _from(_BRANCHES, value),
        "decimalFullWidth": str(value).translate(_WIDE),
        "decimalFullWidth2": str(value).translate(_WIDE),
        "decimalEnclosedParen": f"({value})",
        "decimalEnclosedFullstop": f"{value}.",
        "ideographDigital": "".join("〇一二三四五六七八九"[int(digit)] for digit in str(abs(value))),
        "none": "",
        "bullet": "",
    }
    return simple.get(style, str(value))


def _integer(text: str | None, default: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return default


class ItemNumbers:
    """Numbers a browser prints before the items of ordered lists; ask for each item once, in the page's order."""

    def __init__(self) -> None:
        self._next: dict[Any, int] = {}

    def label(self, item: Any) -> str:
        """The number of an `<li>` with its mark; empty in other lists."""
        parent = item.getparent()
        if parent is None or parent.tag != "ol":
            return ""
        value = _integer(item.get("value"), self._next.get(parent, _integer(parent.get("start"), 1)))
        self._next[parent] = value + 1
        look = parent.get("style") or ""
        if "none" in look:
            return ""
        if "cjk-ideographic" in look or "chinese" in look:
            return f"{chinese(value)}、"
        return f"{formatted(value, _LIST_TYPES.get(parent.get('type') or '', 'decimal'))}."
