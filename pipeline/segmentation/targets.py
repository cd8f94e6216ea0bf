"""Quantified targets inside a measure: 占比达56%以上, 新建25所, 投资90亿元, 1-2项, 翻一番."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.segmentation.models import Target
from pipeline.segmentation.numerals import parse_number

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNITS = (
    "个百分点|平方公里|平方千米|平方米|立方米|标准箱|人次|万元|公里|千米|公顷|课时|学时|小时|分钟|课题|批次|学位|床位|吨标准煤|"
    "千瓦时|千瓦|亿元|美元|欧元|％|%|‰|所|个|名|人|家|项|场|次|元|亩|张|套|门|节|期|篇|条|件|台|辆|座|处|间|班|支|"
    "户|种|类|对|部|册|本|块|幢|栋|片|校|园|村|倍|米|吨|斤|天|例|岁|款|幅|首|枚|位|盏|株|棵|艘|架|组|档|轮|批|点"
)
# Bounded, so that a page of digits costs one look a character and not one a pair of characters.
_ARABIC = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,15}(?:\.\d{1,6})?"
_CHINESE = "[一二两三四五六七八九十百千万亿]{1,12}"
_BEFORE = (
    "不少于|不低于|不小于|不超过|不高于|不多于|达到|提高到|提升到|增加到|扩大到|下降到|降低到|保持在|稳定在|控制在|"
    "至少|超过|突破|高于|低于|少于|增至|降至|升至|达|超|约|近"
)
_AFTER = "及以上|及以下|以上|以下|以内|之内|左右|上下"
_TARGET = re.compile(
    rf"(?P<before>(?:{_BEFORE})了?)?(?<![\d.第])"
    rf"(?P<low>(?:{_ARABIC})[百千万亿]{{0,3}}|{_CHINESE})(?P<lowunit>%)?"
    rf"(?:(?P<sep>[-—–~～至到])(?P<high>(?:{_ARABIC})[百千万亿]{{0,3}}|{_CHINESE}))?"
    rf"(?P<more>余|多)?(?P<unit>{_UNITS})(?P<after>{_AFTER})?"
)
_DOUBLING = re.compile(r"翻([一二两三四])番")
_AT_LEAST = frozenset({"不少于", "不低于", "不小于", "至少", "以上", "及以上"})
_AT_MOST = frozenset({"不超过", "不高于", "不多于", "以下", "以内", "之内", "及以下"})
_ABOVE = frozenset({"超过", "突破", "高于", "超"})
_BELOW = frozenset({"低于", "少于"})
_ABOUT = frozenset({"约", "近", "左右", "上下"})
_COMPARATORS = ((_AT_LEAST, ">="), (_AT_MOST, "<="), (_ABOVE, ">"), (_BELOW, "<"), (_ABOUT, "~"))

_BOUNDARY = "，。；：、！？,;:!?\n\r/ \t\u3000"
_REACH = 40
_DECIMALS = 6
_VERBS = (
    "新建|改建|扩建|改扩建|新改扩建|建成|建设|新增|增加|创建|创成|培育|遴选|评选|认定|引进|引育|招聘|选派|培训|举办|召开|"
    "开展|组织|完成|实现|推动|打造|安排|投入|资助|配备|建立|设立|推出|实施|启动|开工|交付|达到|修订|制定|出台|争取|力争|确保"
)
_VERB_HEAD = re.compile(
    rf"^(?:(?:(?:到|至)?20\d\d年(?:底)?|今年|全年|年内|力争|计划|再|共|将|要|并|已|拟|累计|使|其中|和|与|及)|{_VERBS})+了?(?=.)"
)
_VERB_TAIL = re.compile(rf"(?:{_VERBS})了?$")
_WORD_TAIL = re.compile(r"(?:要|继续|保持|稳定|控制|比例?达|分别|累计|总计|共计?|合计|约|为|到|至|按|在)+$")
_MEASURED = frozenset(
    {"%", "‰", "元", "个百分点", "倍", "公里", "平方米", "亩", "人次", "课时", "学时", "小时", "分钟"}
)
"""Units that measure what stands before them; all others count what stands after them, if anything does."""


def _clause_before(text: str, start: int, floor: int) -> str:
    """The words of the clause before a number, brackets in it passed over as a whole."""
    position, limit = start, max(floor, start - _REACH)
    while position > limit and text[position - 1] not in _BOUNDARY + "（(":
        opening = max(text.rfind("（", limit, position), text.rfind("(", limit, position))
        position = opening if text[position - 1] in "）)" and opening >= 0 else position - 1
    return text[position:start].lstrip("”’》」")


def _clause_after(text: str, end: int, ceiling: int) -> str:
    """The words of the clause after a number, up to a bracket or the next number."""
    position = end
    while position < min(ceiling, end + _REACH) and text[position] not in _BOUNDARY + "（()）":
        if text[position].isdigit():
            break
        position += 1
    return text[end:position]


def _quantity(text: str, span: tuple[int, int], unit: str, bounds: tuple[int, int]) -> str:
    """What is counted: the noun after the number (10所以上省级示范校), else the words before it (学位2万个)."""
    before = _clause_before(text, span[0], bounds[0])
    after = _clause_after(text, span[1], bounds[1]).lstrip("的").rstrip("和与及")
    bare = _WORD_TAIL.sub("", _VERB_HEAD.sub("", before))
    if after and (unit not in _MEASURED or not bare or _VERB_TAIL.fullmatch(bare)):
        return after
    return bare or after or before


def _comparator(match: re.Match[str]) -> str:
    if match["high"]:
        return "range"
    words = [(match["before"] or "").rstrip("了"), match["after"] or ""]
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
    """Whether a Chinese numeral counts something: after a verb or with a comparator, never inside a set phrase."""
    if match["low"][0].isdigit():
        return True
    if _quoted(text, match.start(), floor) or match["low"] in {"一", "百", "千", "万", "亿"}:
        return False
    if match["before"] or match["after"] or match["more"]:
        return True
    before = text[max(floor, match.start() - _REACH) : match.start()]
    return _VERB_TAIL.search(before) is not None and match["unit"] not in {"类", "点", "位", "对", "班"}


def _read(text: str, match: re.Match[str], bounds: tuple[int, int]) -> Target | None:
    low = parse_number(match["low"])
    high = parse_number(match["high"]) if match["high"] else None
    if low is None or not _is_counted(text, match, bounds[0]):
        return None
    if high is not None and high < low:
        return None
    unit, factor = match["unit"].replace("％", "%"), 1.0
    if unit in {"万元", "亿元"}:
        factor, unit = (1e4 if unit == "万元" else 1e8), "元"
    start, end = match.span()
    return Target(
        text=match[0],
        quantity=_quantity(text, (start, end), unit, bounds),
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
            quantity = _clause_before(text, match.start(), start)
            yield Target(match[0], quantity, "倍", "=", 2.0**times, match.start(), match.end())


def find_targets(text: str, start: int, end: int) -> list[Target]:
    """All targets in `text[start:end]` in order; offsets are those of `text`.

    Years and periods (2018-2022年), ordinals (第三期) and numbers in set phrases (“四个意识”) are none.
    """
    found = [target for match in _TARGET.finditer(text, start, end) if (target := _read(text, match, (start, end)))]
    return sorted([*found, *_doublings(text, start, end)], key=lambda target: target.start)
