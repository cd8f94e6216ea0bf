"""What a figure counts or measures: the noun beside it, without the verbs and particles around that noun."""

from __future__ import annotations

import re

from pipeline.segmentation.nouns import AMBIGUOUS, GOVERNING, ends_in_verb, first_phrase, last_phrase

_BOUNDARY = "，。；：！？,;:!?\n\r/ \t\u3000"
_LIST = "、"
_JOINED = re.compile("[和与]")
_MEASURE = re.compile(r"(?:[率数量额值]|出口|进口|收入|比重|占比|增速|规模|里程|面积|投资|支出)$")
_NOUN_MIN = 4
_REACH = 40
_VERBS = "|".join(sorted(GOVERNING - AMBIGUOUS, key=lambda verb: (-len(verb), verb)))
_TIMES = (
    "“十.五”(?:时期|期间)?",
    "年[末底]",
    "(?:平均)?每年",
    "[去前明]年",
    "[近前后]?[一二两三四五六七八九十]{1,2}年(?:来|内|间)?",
    r"(?:到|至)?20\d\d年(?:底)?",
    "今年|全年|年内",
)
_STARTS = (
    *_TIMES,
    "力争|计划|再|共|将|要|也|并|已|拟|累计|使|其中|和|与|及|或|支持",
    "新(?=筹集|建成|评选)|历年(?=改造)",
    f"(?:{_VERBS})(?!时间|率|规模)",
)
_HEAD = re.compile(f"^(?:{'|'.join(_STARTS)})+了?(?=.)")
_TAIL = re.compile(rf"(?:{_VERBS})了?$")
_CHANGES = "增长|下降|减少|提高|提升|上升|上涨|增加|净增|净减少|降低|精简|缩短|压缩|压减|削减|扩容|缩小|回升|回落|降|涨"
_MANNERS = (
    "要|继续|保持|稳定|控制|比例?达|分别|累计|总计|共计?|合计|约|为|到|至|按|在|的|占|均|年均|实际|统一|拟|等|将",
    f"同?比?(?:{_CHANGES})",
    "覆盖|再|双双|首次|预期|安排|连年|一直|陆续|接|逆势|大幅|缩减|延长|压降|跨过|迈过|超收|完成|各",
    "分别(?=高于|低于)",
    "(?:比|较)[^，。；]{1,12}(?:年|时期|同期|预算|目标|末|季度|水平|平均)(?:低|高)?",
    "(?:高于|低于)[^，。；]{0,10}",
    "人均每月新增|小幅|大幅|新上牌|数量|增速|新开工|新增|跃上|迈上|平均",
    r"每[生人年月户天日]|每\d+(?:公斤|亩|斤|人)",
    r"连续[\d一二两三四五六七八九十]{1,2}年",
)
_WORDS = re.compile(f"(?:{'|'.join(_MANNERS)})+$")
_BASE = re.compile(
    r"(?:由|从)(?:[^，。；\d]{0,8}|[^，。；]{0,6}年(?:底|末)?的?)"
    r"[\d.,万亿千多余]{1,12}[^\d，]{1,4}(?:[提升增下降上].{0,8})?$"
)
_DISPOSED = re.compile(r"^[^，]*[将把](?=.{3})")
"""What is done with a thing stands around it: `用两年时间将`筹资标准`由每人每年50元`提高到100元."""

_INVESTED = re.compile(r"(.{3,})完成投资$")
_STOP = re.compile(r"(?<=..)(?:要(?=加|全|抓)|饮水|等(?=\d)|的)|战略性")
_UNNAMED = (
    r"是[12]\d{3}年的?|占.{1,6}",
    r"[12]\d{3}年|[一二两三四五六七八九十]{1,2}年|去年",
    "超计划|覆盖|占比|总量|总投资|总额|比上年|同比|累计|又有|其中|总数|共",
    "增长|增加|下降|减少|提高|增幅",
    _VERBS,
)
_NOTHING = re.compile(f"(?:{'|'.join(_UNNAMED)})*")
"""Words that name no thing but only what happens to one (`增长`, `累计扩招`), which then stands further back."""

_TRAILING = re.compile(r"(?:适老化改造|改造|累计|开行|竣工|新开工|扩招|参与)+$")
_HOLLOW = re.compile(r"脱贫任务$|^(?:任务.*|政策|台阶|大关|用于.*)$")
"""What follows a figure and names nothing that is counted: 裁减军队员额30万任务."""

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


def acts(text: str) -> bool:
    """Whether a stretch ends in a verb that counts something (新建, 培训)."""
    return _TAIL.search(text) is not None


def quantity(text: str, span: tuple[int, int], unit: str, bounds: tuple[int, int]) -> str:
    """What is counted: the noun after the number (10所以上省级示范校), else the words before it (学位2万个)."""
    ahead = before(text, span[0], bounds[0])
    if "分别" in ahead:
        ahead = before(text, span[0], bounds[0], across=True)
    behind = after(text, span[1], bounds[1])
    invested = _INVESTED.match(ahead)
    bare = last_phrase(_bare(invested[1] if invested else ahead))
    behind = _HOLLOW.sub("", first_phrase(behind))
    if behind and (unit not in _MEASURED or not bare or ends_in_verb(ahead) or ahead.endswith("在")):
        return behind
    noun = bare if unit in _MEASURED else _counted(bare)
    return "" if _NOTHING.fullmatch(noun) else noun


def members(words: str) -> list[str]:
    """The things that words name (`城镇居民收入和农村居民收入`), else the words as they are.

    Several things are named in full where all end in a measure or none does (`公园、绿道保有量` is one).
    """
    parts = words.split(_LIST) if _LIST in words else _JOINED.split(words)
    if min(map(len, parts)) < _NOUN_MIN:
        return [words]
    return parts if len({_MEASURE.search(part) is not None for part in parts}) == 1 else [words]


def _counted(words: str) -> str:
    """Words without the verbs at their end, which act on what is counted (棚户区住房改造600万套)."""
    noun = _TRAILING.sub("", words).rstrip("、和及")
    return noun if len(noun) > 1 else words


def _bare(words: str) -> str:
    words = _DISPOSED.sub("", _BASE.sub("", words))
    words = _WORDS.sub("", words)
    share = _SHARE.match(words)
    return _HEAD.sub("", share[1] if share else words)
