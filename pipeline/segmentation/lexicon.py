"""Words by which the genre announces what a block is: review or plan, principles, closings, page chrome."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pipeline.segmentation.models import Kind

LineRole = Literal["title", "chrome", "address", "signature", "attachments", "appendix", "paragraph"]

CLOSING_TITLES = ("结束语", "结语", "附则", "后记")
"""Unnumbered titles over the closing words of a report."""

_CHROME = re.compile(
    r"^(?:责任编辑|责编|编辑[:：]|打印(?:本页)?|关闭(?:窗口|本页)?|上一篇|下一篇|相关(?:报道|文档|评论|附件|链接|阅读)|"
    r"分享(?:到)?[:：]?|扫一扫|来源[:：]|（来源[:：]|发布(?:时间|日期)|时间[:：]|浏览|字体|【字体|【字号|当前位置|您的位置|"
    r"打印本页|收藏$|下载$|全屏$|首页$|Public domain|本作品是|注：中文维基|点击图片|》》)"
)
_ADDRESS = re.compile(r"^各位(?:代表|委员|同志|领导)[^。]{0,8}[：:！!，,]$")
_DATE_LINE = re.compile(
    r"^[（(]?(?:\d{4}|[二〇○零一九]{4})年.{1,3}月.{1,3}日(?:[）)]?|在[^。]{4,40}(?:会议|大会)上[）)])$"
)
_DOCUMENT_NUMBER = re.compile(r"^[\u4e00-\u9fff]{2,12}[〔\[（(]\d{4}[〕\]）)]第?\d{1,4}号$")
_ISSUER_LINE = re.compile(r"^[^，。；：！？]{2,40}(?:局|委|委员会|政府|厅|办公室|工委|中心|党组|部|院|校|科)$")
_ATTACHMENTS = re.compile(r"^附(?:件|表|录)?[:：]\s*\S")
_APPENDIX = re.compile(r"^(?:附(?:件|表|录|注)?\s*[一二三四五六七八九十\d]{0,3}\s*[:：]?|注释|名词解释)$")
_GLOSSARY = re.compile(r"名词(?:解释|注释)|有关(?:内容|名词|用语).{0,4}(?:解释|注释|说明)|^注释$|用语(?:解释|说明)")

_REVIEW = re.compile(
    r"回顾|总结|成就|(?:主要|工作|取得|发展|建设)的?(?:成效|成绩)|过去.{0,3}年|完成情况|(?:开展|所做|完成|做)的?(?:主要)?工作|工作(?:开展|进展|完成|落实)?情况|亮点|报告.{2,12}的工作"
)
_REVIEW_PLAIN = re.compile(r"回顾|总结$|完成情况|工作(?:总结|成效|成绩)")
_PLAN = re.compile(
    r"打算|谋划|计划|安排|部署|任务|建议|目标|思路|举措|措施|设想|展望|重点工作|工作重点|工作要点|考虑|政策取向"
)
_TASKS = re.compile(r"打算|谋划|安排|部署|任务|建议|举措|措施|重点工作|工作重点|政策|考虑")
_PRINCIPLE = re.compile(
    r"原则|体会|经验|重要要求|总体要求|指导思想|总体思路|基本要求|工作思路|总的要求|(?:必须|要)(?:做到|坚持|把握|遵循)|重点把握|个更加注重|更加注重$"
)
_GENERAL = re.compile(
    r"^(?:(?:关于|20\d\d年|今年|“十.五”|时期|全市|全县|全区|经济社会|发展|工作|教育)*(?:的)?(?:总体要求|指导思想|总体思路|总体目标|工作目标|主要目标|预期目标|"
    r"总要求|基本思路|工作思路|工作总体要求|目标任务|总的要求|形势分析|时代背景|目标|发展环境|发展基础)(?:和|及|与|、)?)+$"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?=年)")

_ADDRESS_PREFIX = re.compile(r"各位(?:代表|同志|委员)[！!，,：:]\s*")


def address_length(text: str) -> int:
    """Length of an address to the assembly (`各位代表！`) at the head of a paragraph, 0 if there is none."""
    found = _ADDRESS_PREFIX.match(text)
    return found.end() if found else 0


def line_role(text: str) -> LineRole:
    """What an unnumbered line is by its wording alone."""
    checks: tuple[tuple[LineRole, re.Pattern[str]], ...] = (
        ("appendix", _APPENDIX),
        ("attachments", _ATTACHMENTS),
        ("chrome", _CHROME),
        ("title", _DOCUMENT_NUMBER),
        ("address", _ADDRESS),
        ("signature", _DATE_LINE),
    )
    return next((role for role, pattern in checks if pattern.search(text)), "paragraph")


def announces(title: str) -> bool:
    """Whether an unnumbered title says that a review or a plan follows."""
    return bool(_REVIEW.search(title) or _PLAN.search(title))


def is_issuer(text: str) -> bool:
    """Whether a short line names an office and nothing else, as a signature does."""
    return _ISSUER_LINE.match(text) is not None


def is_glossary(title: str) -> bool:
    """Whether an appendix under this title explains words instead of listing work."""
    return _GLOSSARY.search(title) is not None


def is_general(title: str) -> bool:
    """Whether a heading announces general requirements or goals and nothing else."""
    return _GENERAL.match(title.strip(" \u3000：:。")) is not None


def kind_below(title: str, inherited: Kind) -> Kind:
    """Kind under a heading inside a section: what the section is, unless the heading is plainly another thing."""
    if inherited == "plan" and (_REVIEW_PLAIN.search(title) or is_principle(title)):
        return "achievement" if _REVIEW_PLAIN.search(title) else "principle"
    return inherited


def is_principle(title: str) -> bool:
    """Whether a heading announces principles, requirements or lessons rather than work."""
    return bool(_PRINCIPLE.search(title)) and not _REVIEW.search(title) and not _TASKS.search(title)


def kind_of(title: str, inherited: Kind, plan_year: int | None) -> Kind:
    """Kind of the measures under a top heading; `inherited` where the heading does not say.

    The later of two announcements wins (`“十四五”发展成就和“十五五”主要目标任务` is a plan), a year decides
    between them where it is not the plan's: `2019年主要工作` in a plan for 2020 is a review.
    """
    if is_principle(title):
        return "principle"
    review = max((match.start() for match in _REVIEW.finditer(title)), default=-1)
    plan = max((match.start() for match in _PLAN.finditer(title)), default=-1)
    years = [int(year) for year in _YEAR.findall(title)]
    if plan_year is not None and years and max(years) < plan_year and plan <= review:
        return "achievement"
    if review < 0 and plan < 0:
        return inherited
    return "achievement" if review > plan else "plan"


_LOOKS_AHEAD = re.compile(r"新的一年|今年|我们(?:要|将)")
_LOOKS_BACK = re.compile(
    r"^(?:各位代表[！，])?(?:过去(?:的)?(?:一年|五年|几年)|五年来|一年来|这五年|“十四五”(?:时期|以来)，)"
)


_DONE = re.compile(
    r"(?:取得|加强|发挥|赢得|迈出|作出|做出|实现|得到|获得|完成|建立|提高|深化|扩大|促进|维护)了|[一几三五]年来"
)
_TO_BE_DONE = re.compile(r"(?<![主重需首])要|将|必须|应当|继续|今年|新的一年|力争|确保|加快|推进|推动")


def paragraph_kind(text: str, inherited: Kind) -> Kind:
    """Kind of an unnumbered paragraph: one that opens by looking back reports, whatever its heading says.

    So does one that tells what was done (`…，加强了合作`) and names nothing to be done.
    """
    looks_back = _LOOKS_BACK.match(text) is not None and _LOOKS_AHEAD.search(text) is None
    tells = _DONE.search(text) is not None and _TO_BE_DONE.search(text) is None
    return "achievement" if inherited == "plan" and (looks_back or tells) else inherited
