"""Why an unnumbered paragraph is no measure: it opens, sums up, sets targets, weighs the situation, thanks, closes.

Each rule says what any government report or plan does in such a place; none names a document, a person or a place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from pipeline.segmentation.announcements import announces_lessons
from pipeline.segmentation.lexicon import address_length

Window = Literal["head", "tail", "whole"]
"""Where a rule looks: the first or last 240 characters, or all of a paragraph of at most 240."""

_WINDOW = 240
_LEAD_MAX = 120

_FIELDS = "国防|军队|双拥|宗教|港澳|香港|澳门|台湾|两岸|对口|援[疆藏]"
"""Fields at a report's end, whose paragraphs end like closings (`…而努力奋斗！`) and are work all the same."""

_PEOPLES = "少数民族|民族区域|各民族|民族地区"
_PERIOD = (
    r"经过[^，。]{1,6}年|(?:刚刚)?过去的?[^，。]{0,6}年|[一五几三十]+年来|这[一五几]年"
    r"|“十.五”时期|(?:19|20)\d\d年"
)
_AHEAD = r"今年|(?:19|20)\d\d年|“十.五”(?:时期)?|(?:今后|未来)[一五几]年"
_SUM = (
    r"不寻常|不平凡|里程碑|圆满完成|[利满]收官|收官之年|令人瞩目|重大成就|困难比|总基调|各项(?:工作|事业)"
    r"|全国(?:上下|人民|各族)|经济社会发展(?:总体)?(?:平?稳|取得|迈|呈|实现)"
)
_OFFICES = "地|县|市|区|校|单位|科室|学校|高校|乡镇"
_LACKS = "问题|困难|不足|差距|挑战|矛盾|短板"
_CHANGES = r"不确定|复杂|严峻|变化|变局|加剧|演进|动荡|低迷|乏力|增多|增加|并存|进一步发展|深度调整"
_GENERAL = "总体要求|指导思想|总体思路|基本思路|总的要求|总要求|工作思路|总体安排|^.{0,80}(?:预期|主要|奋斗)目标"
_THESE = "这些|以上|上述"

_RULES: tuple[tuple[str, Window, tuple[str, ...]], ...] = (
    (
        "opening",
        "head",
        (
            r"请予审议",
            r"请.{0,20}提出意见",
            r"^现将.{0,60}如下",
            r"(?:纲要|规划|计划)[^。]{0,40}提[请交].{0,8}大会.{0,4}(?:审查|审议)",
        ),
    ),
    (
        "problems",
        "head",
        (
            rf"^.{{0,60}}(?:清醒|[也还]要看到|必须看到|同时看到|也看到|客观分析|正视).{{0,150}}(?:{_LACKS}|缺点)",
            rf"^[^。]{{0,24}}存在[着的]?(?:不少|一些|[许诸]多|以下|突出)?的?[^。，]{{0,4}}(?:{_LACKS})[有是]?[：:]",
            rf"^[^。]{{0,30}}[还仍]然?(?:面临|存在)[^。]{{0,20}}(?:{_LACKS})",
            rf"^[^。，]{{0,8}}(?:{_LACKS})[也还仍]?[不很]?(?:少|多|突出)[：:]",
            rf"^对(?:{_THESE}).{{0,4}}问题",
            rf"^[^。]{{0,80}}解决好?(?:{_THESE})[^。，]{{0,4}}(?:{_LACKS})",
            rf"^[^。]{{0,30}}也存在(?:不少|一些|许多)[^。]{{0,6}}(?:{_LACKS})",
            r"^我们既要看到",
        ),
    ),
    (
        "thanks",
        "head",
        (
            rf"^(?:{_THESE})?(?:成绩|成就)的取得",
            rf"^(?:{_THESE})[^，。]{{0,4}}(?:成绩|成就|变化)",
            r"^[^。]{0,40}(?:成绩|成就)[^。]{0,8}不易",
        ),
    ),
    (
        "general_requirements",
        "head",
        (
            rf"(?:{_GENERAL})(?:[和与及、][^。，：:]{{1,6}})?(?:建议)?(?:是|为)?[：:是]",
            r"^关于[^。]{0,12}目标",
            rf"^提出(?:{_THESE}).{{0,8}}目标",
            rf"^为?(?:实现|完成)好?(?:{_THESE}|今年).{{0,8}}目标",
            rf"^.{{0,6}}(?:{_THESE})[^。，]{{0,8}}目标",
            r"^[^。]{0,40}目标的?(?:设定|确定|提出)",
            r"^[^。]{0,16}预期(?:增长)?目标",
            r"^.{0,160}预期目标.{2,60}预期目标",
            r"^[^。]{0,60}增长(?:速度)?的?预期(?:目标)?(?:为|是)",
            r"^这里[^。]{0,8}说明",
            r"^需要[^。，]{0,8}(?:说明|指出|报告)的是",
            r"^.{0,16}坚持(?:稳字当头|稳中求进)",
            r"^.{0,90}做好(?:今年)?的?政府工作，(?:要|必须)",
            r"^[^。]{0,60}必须坚持[^。；]{4,80}；必须",
            r"^在此基础上，?再(?:奋斗|用|经过).{1,4}年",
            r"^[^。]{0,16}(?:规划|纲要)编制[^。]{0,4}(?:过程)?中",
            r"^[^。]{0,24}(?:编制|制定)[^。]{0,6}“?十.五”?规划[^。]{0,20}(?:重视|准备)",
            r"^[^。，]{0,10}《[^》]{0,6}纲要[^》]{0,6}》，?(?:的(?:制定|编制)|力求|突出|体现|坚持以|经[^。]{0,4}大会)",
        ),
    ),
    (
        "overview",
        "head",
        (
            r"^[^。]{0,50}[极很]不(?:平凡|寻常)",
            r"^回顾(?:过去|这|一年|五年)",
            r"^刚刚过去的",
            r"^[^。]{2,20}。主要表现[在为]",
            r"^(?:过去|这)[一五]年，[^。]{2,60}。这[一五]年，是",
            r"^[^。]{0,40}(?:殊为|极为|来之)不易",
            r"^[^。]{0,20}(?:成就|事实)，?充分(?:显示|证明|说明)",
            rf"^(?:{_PERIOD})[^。]{{0,60}}(?:{_SUM})",
            r"^一年来，全[省市区县州][^，。]{0,4}，?[^。]{0,6}牢记",
            r"^习近平总书记[^。]{0,20}(?:重视|牵挂|关怀)",
        ),
    ),
    (
        "lessons",
        "head",
        (
            r"^.{0,80}(?:体会|认识|感悟|感受)到[，：]",
            r"^.{0,8}基本经验",
            r"^.{0,200}(?:积累|丰富)了[^。]{0,60}经验。$",
            r"^总结[^。]{0,16}(?:经验|实践)",
        ),
    ),
    (
        "situation",
        "head",
        (
            rf"^(?:{_AHEAD})，?是[^。]{{0,120}}(?:之年|[一五]年|的年份|时期|机遇期|阶段|收官|开局)",
            r"^今年将[^。]{2,60}一年",
            r"^.{0,20}发展面临的环境",
            r"^(?:综合(?:分析|研判)|综观|纵观)[^，。]{0,12}(?:形势|环境|条件|因素)",
            r"^只要我们",
            r"^我们的(?:信心|底气)来(?:源于|自)",
            r"^展望[^。]{0,12}形势",
            r"^“十.五”时期[^。]{0,24}(?:重要地位|关键时期)",
            r"^做好今年的?工作(?:意义|，)",
        ),
    ),
    (
        "thanks",
        "tail",
        (
            r"(?:成绩|成就|来之不易|归功于|根本在于|关心|共同努力|团结奋斗).*(?:表示.{0,8}|致以.{0,10})(?:感谢|敬意)",
            r"(?:根本|关键)在于.{0,40}(?:领航|坚强领导|指引)",
        ),
    ),
    (
        "closing",
        "tail",
        (
            rf"^(?!.*(?:香港|澳门|台湾|两岸|{_PEOPLES})).*(?:^|[。！!])让我们(?!的).{{0,160}}[！!。]$",
            r"(?:紧密|更加紧密)地?团结在.{0,200}[！!]$",
            rf"^(?!.*(?:{_FIELDS})).*(?:更大的?胜利|推向前进)[！!]$",
            r"不辜负[^。，]{0,16}(?:厚望|重托|期望|期待)",
            r"^新的一年，[^。]{0,20}任务[^。]{0,8}(?:繁重|艰巨)",
            r"^展望[^。]{2,12}，我们充满",
            r"^我们一定要[^。]{0,10}(?:清醒|负责)",
            rf"^(?!.*(?:{_FIELDS})).*而(?:不懈)?(?:努力)?奋斗[！!。]$",
        ),
    ),
    (
        "introduction",
        "whole",
        (
            r"^(?!.*\d).{0,160}(?:具有|有着)[^。，]{0,12}重[要大]的?意义。$",
            r"^(?!.*\d).{0,160}至关重要。$",
            r"^和平与发展仍",
            r"^[^\d]{0,150}但(?:是，)?[^。，\d]{0,40}(?:差距|问题还|问题未能)[^\d]*$",
            r"^[^。]*是[^。]{0,24}(?:重要|首要|根本|紧迫)的?(?:任务|大计|使命)。$",
        ),
    ),
    (
        "closing",
        "whole",
        (
            r"^总之，",
            r"^(?:[^。]*。)?[^。]*(?:成就|胜利)，是[^。]*里程碑。$",
            rf"^(?:请|望)?各(?:{_OFFICES})[^。]{{0,40}}(?:结合实际|认真贯彻|抓好落实|遵照执行|制定)[^。]{{0,60}}。?$",
            rf"^(?!.*(?:{_FIELDS}|民族|港|台|\d)).{{0,130}}(?:谱写|奋力|开创|共创|续写).{{0,60}}[！!]$",
            rf"^各位代表[！!，](?!.*(?:{_FIELDS}|\d)).{{0,200}}[！!]$",
            r"^.{0,60}我们愿[与同][^。！]{2,60}[。！]$",
            r"^中国政府和(?:中国)?人民(?:愿|将)[^。！]*[。！]$",
            r"^(?!.*\d).{0,90}开创[^。，]{0,20}(?:未来|局面|篇章)[。！]$",
        ),
    ),
)


def _compiled(patterns: tuple[str, ...], *, anchored: bool) -> re.Pattern[str] | None:
    """Those of a rule's patterns that begin at a window's start, or all others, so that few are tried everywhere."""
    chosen = [pattern for pattern in patterns if pattern.startswith("^") == anchored]
    return re.compile("|".join(chosen)) if chosen else None


_COMPILED = [
    (reason, where, _compiled(patterns, anchored=True), _compiled(patterns, anchored=False))
    for reason, where, patterns in _RULES
]

_SITUATION = [
    re.compile(rf"^(?!面对|针对|应对|[^。]*提出[^。]{{0,10}}要求){subject}[^。]{{0,40}}(?:{_CHANGES})")
    for subject in (
        r"[^。]{0,24}(?:世界|国际|国内外|外部|全球)",
        r"[^。]{0,30}面临的?[^。]{0,10}(?:形势|环境|风险|挑战|机遇)",
    )
]
_ACTS = re.compile(r"我们(?:将|要|坚定|坚持|积极|一方面|采取)")
_COUNT = r"[一二三四五六七八九十几两\d]+(?:个|项|件|方面|大)"
_LEAD_IN = re.compile(
    r"(?:[：:]|(?:以下|如下|下列).{0,12}(?:工作|方面|任务|要求|重点|体会)?[。：:]"
    rf"|(?:抓好|做好|采取)[^。，；]{{0,4}}{_COUNT}[^。，；]{{0,6}}[。；：:]"
    rf"|(?:做|抓)[了好]?(?:以下|如下|各项|各方面|[^。，、]{{0,4}}{_COUNT})[^。，、]{{0,10}}工作[。：:])$"
)
_WHOLE_PERIOD = re.compile(r"(?:过去的?[一五]年|[一五]年来)，")
_SECTION_END = frozenset({"thanks", "problems", "closing"})


def _reason(text: str) -> str | None:
    windows: dict[Window, str] = {
        "head": text[:_WINDOW],
        "tail": text[-_WINDOW:],
        "whole": text if len(text) <= _WINDOW else "",
    }
    found = next(
        (
            reason
            for reason, where, first, anywhere in _COMPILED
            if (first and first.match(windows[where])) or (anywhere and anywhere.search(windows[where]))
        ),
        None,
    )
    return "situation" if found is None and _weighs_situation(text) else found


def _weighs_situation(text: str) -> bool:
    """Whether a paragraph weighs the situation: what changes in the world or lies ahead, with no figure but years.

    One that goes on to say what we do about it is work.
    """
    weighs = any(pattern.search(text[:_WINDOW]) for pattern in _SITUATION)
    return weighs and not _ACTS.search(text[:_LEAD_MAX]) and not re.search(r"\d", re.sub(r"\d+年", "", text))


@lru_cache(maxsize=1024)
def paragraph_reason(text: str) -> str | None:
    """Why an unnumbered paragraph is no measure (`problems`, `thanks`, `lead_in`, …), or `None`.

    An address at its start (`各位代表！`) is part of some closings and stands before every other kind.
    """
    if len(text) <= _LEAD_MAX and _LEAD_IN.search(text):
        return "lead_in"
    return _reason(text) or _reason(text[address_length(text) :])


def ends_section(text: str) -> bool:
    """Whether a paragraph speaks for the whole section and so continues no item.

    Thanks, problems, lessons and closings do, and what opens with the whole period (`过去一年，…`).
    """
    if text.startswith("各位代表") or _WHOLE_PERIOD.match(text) is not None:
        return True
    return paragraph_reason(text) in _SECTION_END or announces_lessons(text)
