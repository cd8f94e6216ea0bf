"""Quantified targets inside a measure: 占比达56%以上, 新建25所, 投资90亿元, 1-2项, 翻一番."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.segmentation import quantities
from pipeline.segmentation.models import Target
from pipeline.segmentation.numerals import parse_number

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNITS = (
    "个百分点|件次|重量箱|平方公里|平方千米|平方米|立方米|标准箱|人次|万元|公里|千米|公顷|课时|学时|小时|分钟|课题|批次|学位|床位|吨标准煤|"
    "千瓦时|千瓦|班次|大类|亿元|美元|欧元|％|%|‰|所|个|名|人(?!口)|家|项|场|次|元|亩|张|套|门|节|期|篇|条|件|台|辆|座|处|间|班|支|"
    "户|种|类|对|部|册|本|块|幢|栋|片|校|园|村|倍|米|吨|斤|天|例|岁|款|幅|首|枚|位|盏|株|棵|艘|架|组|档|轮|批|点|只|列"
)
# Bounded, so that a page of digits costs one look a character and not one a pair of characters.
_ARABIC = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,15}(?:\.\d{1,6})?"
_CHINESE = "[一二两三四五六七八九十百千万亿]{1,12}"
_BEFORE = (
    "不少于|不低于|不小于|不超过|不高于|不多于|达到|(?:提高|提升|增加|增长|扩大|扩容|上升|跃升|下降|降低|减少)(?:到|至)|"
    "至少|超过|突破|高于|低于|少于|增至|降至|升至|达|超|约|近"
)
_AFTER = "及以上|及以下|以上|以下|以内|之内|左右|上下"
_PEOPLE = "[多余]|人口|人民|中国|各族|学子"
"""After a bare 14亿: who there is, and nothing that is reached."""

_LARGE = "[百千万亿]{0,3}"
_TARGET = re.compile(
    rf"(?:(?P<before>{_BEFORE})了?(?:每[生人年月户亩]){{0,2}}(?:人均)?)?(?<![\d.第])"
    rf"(?P<low>(?:{_ARABIC}){_LARGE}|{_CHINESE})(?P<lowunit>%)?"
    rf"(?:(?P<sep>[-—–~～至到])(?P<high>(?:{_ARABIC}){_LARGE}|{_CHINESE}))?"
    rf"(?:(?P<more>余|多)(?P<myriads>[万亿]{{1,2}})?)?"
    rf"(?:(?P<unit>{_UNITS})|(?:(?<=\d[万亿])|(?<=\d万亿)|(?<=[余多][万亿]))(?!{_PEOPLE}))"
    rf"(?:（[^（）\d]{{1,2}}）)?(?P<after>{_AFTER})?"
)
_FRACTION = re.compile(rf"(?:([二三四五六七八九十]{{1,2}})分之([一二三四五六七八九]{{1,2}})|一半)(?P<after>{_AFTER})?")
_DOUBLING = re.compile(r"翻([一二两三四])番")
_AT_LEAST = frozenset({"不少于", "不低于", "不小于", "至少", "以上", "及以上"})
_AT_MOST = frozenset({"不超过", "不高于", "不多于", "以下", "以内", "之内", "及以下"})
_ABOVE = frozenset({"超过", "突破", "高于", "超"})
_BELOW = frozenset({"低于", "少于"})
_ABOUT = frozenset({"约", "近", "左右", "上下"})
_COMPARATORS = ((_AT_LEAST, ">="), (_AT_MOST, "<="), (_ABOVE, ">"), (_BELOW, "<"), (_ABOUT, "~"))

_REACH = 40
_DECIMALS = 6
_PLACES = 4
_BASE_REACH = 12
_FROM = re.compile(r"[由从][^，。；、]{0,8}$")
_RISES = re.compile(r"[^，。；\d]{0,3}(?:提高|提升|增加|增长|扩大|上升|下降|降低|降|减少|增|升)(?:到|至)")
_ENDS = re.compile("[。；：！？\n]")
_AND = frozenset({"、", "和", "与", "及"})
_GROWS = re.compile(r"(?:增长|增加|提高|扩大|翻|下降|降低|减少|削减|缩短|压缩|精简|超过|达到?|占)了?$")


def _comparator(match: re.Match[str]) -> str:
    if match["high"]:
        return "range"
    words = [match["before"] or "", match["after"] or ""]
    for word in reversed(words):
        for group, sign in _COMPARATORS:
            if word in group:
                return sign
    return ">" if match["more"] else "="


def _quoted(text: str, start: int, floor: int) -> bool:
    """Whether a position lies inside “…”, where numbers are parts of names (“三全育人”)."""
    opened = text.rfind("“", max(floor, start - _REACH), start)
    return opened >= 0 and text.find("”", opened, start) < 0


def _is_counted(text: str, match: re.Match[str], floor: int) -> bool:
    """Whether a numeral counts something: a Chinese one after a verb or with a comparator, none in a quoted name."""
    if _quoted(text, match.start(), floor):
        return False
    if match["low"][0].isdigit():
        return True
    before = text[max(floor, match.start() - _REACH) : match.start()]
    if match["unit"] == "倍":
        return _GROWS.search(before) is not None
    if match["low"] in {"一", "百", "千", "万", "亿"}:
        return False
    if match["before"] or match["after"] or match["more"]:
        return True
    return quantities.acts(before) and match["unit"] not in {"类", "点", "位", "对", "班"}


def _is_base(text: str, match: re.Match[str]) -> bool:
    """Whether a figure is only where something started: `从67%提高到73%`, `由55元增至70元`."""
    begun = _FROM.search(text, max(0, match.start() - _BASE_REACH), match.start()) is not None
    return begun and _RISES.match(text, match.end()) is not None


def _read(text: str, match: re.Match[str], bounds: tuple[int, int]) -> Target | None:
    low = parse_number(match["low"] + (match["myriads"] or ""))
    high = parse_number(match["high"]) if match["high"] else None
    if low is None or not _is_counted(text, match, bounds[0]) or _is_base(text, match):
        return None
    if high is not None and high < low:
        return None
    unit, factor = (match["unit"] or "").replace("％", "%"), 1.0
    if unit in {"万元", "亿元"}:
        factor, unit = (1e4 if unit == "万元" else 1e8), "元"
    start, end = match.span()
    return Target(
        text=match[0],
        quantity=quantities.quantity(text, (start, end), unit, bounds),
        unit=unit,
        comparator=_comparator(match),
        value=round(low * factor, _DECIMALS),
        start=start,
        end=end,
        high=None if high is None else round(high * factor, _DECIMALS),
    )


def _doublings(text: str, start: int, end: int) -> Iterator[Target]:
    for match in _DOUBLING.finditer(text, start, end):
        times = parse_number(match[1])
        if times is not None:
            quantity = quantities.before(text, match.start(), start)
            yield Target(match[0], quantity, "倍", "=", 2.0**times, match.start(), match.end())


def _fractions(text: str, start: int, end: int) -> Iterator[Target]:
    """Parts of a whole by which something changes: 减少三分之一, 缩短一半以上."""
    for match in _FRACTION.finditer(text, start, end):
        if _GROWS.search(text, max(start, match.start() - _REACH), match.start()) is None:
            continue
        whole, part = (parse_number(match[1]), parse_number(match[2])) if match[1] else (2.0, 1.0)
        if whole and part:
            quantity = quantities.quantity(text, match.span(), "%", (start, end))
            sign = ">=" if match["after"] in _AT_LEAST else "="
            yield Target(match[0], quantity, "", sign, round(part / whole, _PLACES), match.start(), match.end())


def _apportioned(text: str, target: Target) -> bool:
    """Whether 分别 before a figure deals it and those after it out to the nouns before."""
    return "分别" in text[max(0, target.start - _REACH) : target.start]


def _rows(text: str, targets: list[Target]) -> Iterator[tuple[int, int]]:
    """Runs of figures in one row after 分别, as `[first, stop)` of `targets`."""
    first = 0
    for index in range(1, len(targets) + 1):
        if index < len(targets) and text[targets[index - 1].end : targets[index].start] in _AND:
            continue
        if index - first > 1 and _apportioned(text, targets[first]):
            yield first, index
        first = index


def _shared(text: str, targets: list[Target]) -> list[Target]:
    """Figures in a row: in `分别达到1436个、883个` the second takes the first one's noun, or each one of two nouns.

    A figure beside which only stands what happened (`收入提高到5.4万元、增长4.3%`) takes the noun before it too.
    """
    named = targets[:1]
    for target in targets[1:]:
        last, gap = named[-1], text[named[-1].end : target.start]
        joined = gap in _AND and _apportioned(text, last)
        noun = last.quantity if joined or (not target.quantity and not _ENDS.search(gap)) else target.quantity
        named.append(replace(target, quantity=noun))
    for first, stop in _rows(text, named):
        nouns = quantities.members(named[first].quantity)
        if len(nouns) == stop - first:
            named[first:stop] = [replace(t, quantity=n) for t, n in zip(named[first:stop], nouns, strict=True)]
    for index in range(len(named) - 2, -1, -1):
        if named[index].end == named[index + 1].start:
            named[index] = replace(named[index], quantity=named[index + 1].quantity)
    return named


def find_targets(text: str, start: int, end: int) -> list[Target]:
    """All targets in `text[start:end]` in order; offsets are those of `text`.

    Years and periods (2018-2022年), ordinals (第三期), numbers in set phrases (“四个意识”) and the figures from which
    something rose or fell (从67%) are none.
    """
    found = [target for match in _TARGET.finditer(text, start, end) if (target := _read(text, match, (start, end)))]
    others = (*_doublings(text, start, end), *_fractions(text, start, end))
    ordered = sorted([*found, *others], key=lambda target: target.start)
    return _shared(text, ordered)
