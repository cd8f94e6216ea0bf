"""What a figure counts or measures: the noun beside it, without the verbs and particles around that noun."""

from __future__ import annotations

import re

_BOUNDARY = "，。；：！？,;:!?\n\r/ \t\u3000"
_LIST = "、"
_JOINED = re.compile("[和与]")
_NOUN_MIN = 4
_REACH = 40
VERBS = (
    "新建|改建|扩建|改扩建|新改扩建|建成|建设|新增|增加|创建|创成|培育|遴选|评选|认定|引进|引育|招聘|选派|培训|举办|召开|"
    "开展|组织|完成|实现|推动|打造|安排|投入|资助|配备|建立|设立|推出|实施|启动|开工|交付|达到|修订|制定|出台|争取|力争|确保|"
    "改造|筹集|转移|推广|开行|竣工|新开工|参与|新设|新入库|获批|申报|签约|入驻|运行|偿还|申请|减少|解决|保证|发放|扩招"
)
"""Verbs that act on what is counted; they stand before it and do not belong to it."""

_HEAD = re.compile(
    rf"^(?:(?:(?:到|至)?20\d\d年(?:底)?|今年|全年|年内|力争|计划|再|共|将|要|也|并|已|拟|累计|使|其中|和|与|及|或|支持|新(?=筹集|建成|评选)|历年(?=改造))|{VERBS})"
    r"+了?(?=.)"
)
_ACTS = re.compile(
    r".*(?:安排|投入(?!强度|力度)|完成|偿还|新设|筹集|转移(?!支付)|引进|获批|申请|保证|补助|推广)了?(?=[^，]{2,})"
)
"""A subject and its verb before the noun: 中央财政安排“三农”支出."""

_TAIL = re.compile(rf"(?:{VERBS})了?$")
_WORDS = re.compile(
    r"(?:要|继续|保持|稳定|控制|比例?达|分别|累计|总计|共计?|合计|约|为|到|至|按|在|的|占|均|年均|实际|统一|拟|等|将|"
    r"同?比?(?:增长|下降|减少|提高|提升|上升|增加|扩容|缩小|回升)|较(?:20\d\d|上|去)年|比(?:上|去)年|人均每月新增|小幅|大幅|新开工|每[生人年月户])+$"
)
_BASE = re.compile(r"(?:由|从)[\d.,万亿多余]{1,12}[^\d，]{1,4}$")
_STOP = re.compile(
    r"(?<=..)(?:入选|获评|新获评|获得|并网|开工|建设(?!示范|试点)|建成|试点(?=.)|实现|达到|要(?=加|全|抓)|被|通过|进驻|转型|进城|覆盖|如期|参与|纳入|在(?=.{2})|都|被|用上|饮水|等(?=\d)|上线|投产|投入|完成|落地|的)"
    r"|战略性"
)
_NOTHING = re.compile(rf"(?:比上年|同比|累计|又有|其中|总数|共|增长|增加|下降|减少|提高|增幅|{VERBS})*")
"""Words that name no thing but only what happens to one (`增长`, `累计扩招`), which then stands further back."""

_TRAILING = re.compile(r"(?:适老化改造|改造|累计|开行|竣工|新开工|扩招|参与)+$")
_ASIDE = re.compile(r"（[^（）\d]{1,6}）")
_SHARE = re.compile(r"(.{2,})占[^占]{2,}(?<!比重)(?<!比例)$")
"""A share has the thing that makes it up before 占: 指标生计划占招生计划."""

_MEASURED = frozenset(
    {"%", "‰", "元", "个百分点", "倍", "公里", "平方米", "亩", "人次", "课时", "学时", "小时", "分钟"}
)
"""Units that measure what stands before them; all others count what stands after them, if anything does."""


def before(text: str, start: int, floor: int, *, across: bool = False) -> str:
    """The words of the clause before a number, brackets in it passed over as a whole.

    A list is read as a whole where no member has a figure of its own (燃气、供排水等地下管网), and with `across` also
    where some have, for what several figures share (城市公园、绿道分别达到…).
    """
    position, limit = start, max(floor, start - _REACH)
    clause = limit + max((text[limit:start].rfind(mark) for mark in _BOUNDARY), default=-1) + 1
    listed = across or not any(character.isdigit() for character in text[clause:start])
    edge = _BOUNDARY + "（(" + ("" if listed else _LIST)
    while position > limit and text[position - 1] not in edge:
        opening = max(text.rfind("（", limit, position), text.rfind("(", limit, position))
        position = opening if text[position - 1] in "）)" and opening >= 0 else position - 1
    return text[position:start].lstrip("”’》」")


def after(text: str, end: int, ceiling: int) -> str:
    """The words of the clause after a number, up to a bracket, the next number or what happens to the thing.

    A short bracket belongs to the noun (县（市、区）), and so do further members of its list (中小学校、幼儿园).
    """
    position, limit = end, min(ceiling, end + _REACH)
    if text[end : end + 1] == _LIST:
        return ""
    while position < limit and text[position] not in _BOUNDARY + "（()）":
        if text[position].isdigit():
            break
        position += 1
    aside = _ASIDE.match(text, position, ceiling)
    words = text[end:position].lstrip("的")
    stop = _STOP.search(words)
    if stop is None and aside is not None:
        return words + aside[0]
    words = words[: stop.start()] if stop else words
    counted = position < limit and text[position].isdigit()
    return (words.rsplit(_LIST, 1)[0] if counted and _LIST in words else words).removesuffix("和").rstrip("及、")


def ends_in_verb(text: str) -> bool:
    """Whether a stretch ends in a verb that counts something (新建, 培训)."""
    return _TAIL.search(text) is not None


def quantity(text: str, span: tuple[int, int], unit: str, bounds: tuple[int, int]) -> str:
    """What is counted: the noun after the number (10所以上省级示范校), else the words before it (学位2万个)."""
    ahead = before(text, span[0], bounds[0])
    if "分别" in ahead:
        ahead = before(text, span[0], bounds[0], across=True)
    behind = after(text, span[1], bounds[1])
    bare = _bare(ahead)
    if behind and not _TAIL.fullmatch(behind) and (unit not in _MEASURED or not bare or _TAIL.fullmatch(bare)):
        return behind
    noun = bare if unit in _MEASURED else _counted(bare)
    return "" if _NOTHING.fullmatch(noun) else noun


def members(words: str) -> list[str]:
    """The two things that words name (`城镇居民收入和农村居民收入`), else the words as they are."""
    parts = _JOINED.split(words)
    return parts if len(parts) == 2 and min(map(len, parts)) >= _NOUN_MIN else [words]  # noqa: PLR2004 - two figures


def _counted(words: str) -> str:
    """Words without the verbs at their end, which act on what is counted (棚户区住房改造600万套)."""
    noun = _TRAILING.sub("", words).rstrip("、和及")
    return noun if len(noun) > 1 else words


def _bare(words: str) -> str:
    words = _BASE.sub("", words)
    words = _WORDS.sub("", words)
    share = _SHARE.match(words)
    words = share[1] if share else words
    acts = _ACTS.match(words)
    return _HEAD.sub("", words[acts.end() :] if acts else words)
