"""Numbers as Chinese documents write them: 二十三, 两, 廿五, 1.5万, ３, ①, Ⅳ."""

from __future__ import annotations

DIGITS = {
    **dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)),
    "○": 0,
    "两": 2,
}
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
SHORT_TENS = {"廿": "二十", "卅": "三十"}

CHINESE = "〇零一二三四五六七八九十百"
"""Characters a printed Chinese item number consists of."""

CIRCLED = {chr(0x2460 + i): i + 1 for i in range(20)}
ROMAN = {chr(0x2160 + i): i + 1 for i in range(12)}

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．％", "0123456789.%")


def parse_chinese(text: str) -> int | None:
    """Value of a whole number in Chinese numerals, `None` if `text` is not one.

    Both styles are read: positional (二〇三五 is 2035) and with units (一百二十 is 120, 三万五千 is 35000).
    """
    for short, long in SHORT_TENS.items():
        text = text.replace(short, long)
    if not text:
        return None
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total, section, digit = 0, 0, None
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in TENS:
            section += (1 if digit is None else digit) * TENS[char]
            digit = None
        elif char in MYRIADS:
            total = (total + section + (digit or 0)) * MYRIADS[char]
            section, digit = 0, None
        else:
            return None
    return total + section + (digit or 0)


def parse_number(text: str) -> float | None:
    """Value of an Arabic or Chinese number that may end in 百, 千, 万 or 亿; `None` if it is none.

    Thousands separators and full-width digits are accepted: `12，000` has no reading (a comma of the sentence),
    `12,000` and `１２０００` are 12000; `3.5万` is 35000; `2 000` is 2000.
    """
    plain = text.translate(_FULL_WIDTH).replace(",", "").replace(" ", "")
    factor = 1
    while plain and plain[-1] in (TENS | MYRIADS) and plain[:1].isascii():
        factor *= (TENS | MYRIADS)[plain[-1]]
        plain = plain[:-1]
    if not plain:
        return None
    if plain.isascii():
        try:
            return float(plain) * factor
        except ValueError:
            return None
    value = parse_chinese(plain)
    return None if value is None else float(value)
