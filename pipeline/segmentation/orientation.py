"""Whether the first paragraph below a heading only orients the reader of those that follow."""

from __future__ import annotations

import re
from statistics import median

from pipeline.segmentation.lines import SENTENCE_END
from pipeline.segmentation.sentences import Span, opens_topic

_MANY = 3
_HALF = 0.5
_MOST = 0.6
_SENTENCE_MAX = 60
_SHORT_MAX = 130
_LONG_MAX = 240
_GENERAL_SENTENCES = 2
_GENERAL_CHARS = 270
_IS = re.compile(r"[^。；：！？“”]{2,30}(?:是|关系|关乎|事关)[^。]{2,60}。")
_MATTERS = re.compile(
    r"[^。；：！？]{2,80}(?:是|建立在|具有)[^。]{0,80}"
    r"(?:问题|要求|需要|部署|任务|内容|保证|基础|根本|关键|职责|作用|战略|意义|新阶段|头等大事)[^。，]{0,8}。"
    r"|[^。]{2,30}标志着[^。]{2,40}。"
)
_POLICY = re.compile(
    r"(?:今年|综合[^。，]{2,16}，|我们)?(?:要|必须)?(?:继续|正确|切实)?(?:把握|实施|坚持|创新和完善|保持|加强|搞好)好?"
    r"[^。，]{0,6}(?:宏观(?:经济)?(?:政策|调控)|积极的财政政策和[^。，]{0,8}的?货币政策)"
)
_FISCAL = re.compile(r"(?:继续)?(?:实[施行])?(?:(?:积极|稳健)的)?财政政策")
_BOTH = re.compile(r"[^。]{0,60}(?:积极|稳健)的财政政策和[^。，]{0,8}货币政策")
_DEMANDS = re.compile(r"[^。]{0,20}(?:形势|任务|使命|征程)[^。]{0,20}提出[^。]{0,8}要求。|做好政府工作，")
_GENERALLY = re.compile(r"(?<![主重需首])要|必须")
_CLAUSE_END = re.compile(r"[。！？；]")
_RUN_IN = re.compile(r"[^，。；：！？“”\d]{4,16}。")
_FIGURE = re.compile(r"\d+(?:\.\d+)?(?![\d.]*年)")
_GROWTH = re.compile(r"(?:增长|增速|达到?|提高)\d[\d.]*[%％](?:左右|以上)")


def figures(text: str, start: int, end: int) -> int:
    """How many numbers in Arabic digits stand in `text[start:end]`."""
    return len(_FIGURE.findall(text, start, end))


def growth_targets(text: str, start: int, end: int) -> int:
    """How many figures in `text[start:end]` only say how much a field is to grow (`增加值增长5%以上`)."""
    return len(_GROWTH.findall(text, start, end))


def is_general(text: str, span: Span) -> bool:
    """At most two sentences and one figure without a run-in title: work is told in more.

    Of the first paragraphs of plans in all reports 133 are like that; readers took one of them for a measure.
    """
    few = len(_CLAUSE_END.findall(text, span.start, span.end)) <= _GENERAL_SENTENCES
    short = span.end - span.start <= _GENERAL_CHARS and figures(text, span.start, span.end) <= 1
    return few and short and _RUN_IN.match(text, span.start, span.end) is None


def introduces(
    text: str, spans: list[Span], *, after_address: bool = False, listed: bool = False, plans: bool = False
) -> bool:
    """Whether the first of several paragraphs orients the reader of the others instead of naming work.

    It has no headline of its own. After an address to the assembly only what demands of everybody orients
    (`新形势提出了更高要求。`): fields of their own follow there. Elsewhere so do a single short sentence and a
    paragraph that says what the matter is (`改革是首要任务。`, with one figure at most), and, among paragraphs most
    of which open topics, a short one without figures. Where a list follows (`listed`) there need be no others.
    """
    if not spans or spans[0].head is not None:
        return False
    first, *others = spans
    if others and not after_address and _states_the_frame(text, first):
        return True
    if len(spans) < _MANY and not listed:
        return False
    topical = sum(opens_topic(text, span) for span in others) >= _MOST * len(others)
    if after_address:
        return topical and _demands(text, first)
    general = _is_single_sentence(text, first) or (plans and is_general(text, first))
    if general or (_says_what_it_is(text, first) and (topical or listed)):
        return True
    return topical and not listed and (_demands(text, first) or _is_slight(text, first, others))


def _is_single_sentence(text: str, span: Span) -> bool:
    """One sentence of at most 60 characters without a figure."""
    inner = any(char in SENTENCE_END for char in text[span.start : span.end - 1])
    return span.end - span.start <= _SENTENCE_MAX and not inner and not figures(text, span.start, span.end)


def _is_brief(text: str, span: Span, n_figures: int) -> bool:
    """Whether a paragraph has at most 240 characters and `n_figures` numbers."""
    return span.end - span.start <= _LONG_MAX and figures(text, span.start, span.end) <= n_figures


def _says_what_it_is(text: str, span: Span) -> bool:
    return _is_brief(text, span, 1) and _IS.match(text, span.start, span.end) is not None


def announces_policies(text: str, span: Span, following: Span) -> bool:
    """Whether a paragraph names the line of policy (`实施积极的财政政策和稳健的货币政策`) that the next one begins."""
    named = _POLICY.match(text, span.start, span.end) or _BOTH.match(text, span.start, span.end)
    return _is_brief(text, span, 0) and bool(named and _FISCAL.match(text, following.start))


def _states_the_frame(text: str, span: Span) -> bool:
    """Whether a paragraph says why its field matters, or names the line of policy that the following ones spell out."""
    return _is_brief(text, span, 1) and bool(
        _MATTERS.match(text, span.start, span.end) or _POLICY.match(text, span.start, span.end)
    )


def _demands(text: str, span: Span) -> bool:
    return _is_brief(text, span, 0) and _DEMANDS.match(text, span.start, span.end) is not None


def _is_slight(text: str, span: Span, others: list[Span]) -> bool:
    """Short, and without a topic, or saying what must be in not half the length of the others."""
    length = span.end - span.start
    if length > _SHORT_MAX or figures(text, span.start, span.end):
        return False
    general = _GENERALLY.search(text, span.start, span.end) is not None
    dwarfed = general and length < _HALF * median(other.end - other.start for other in others)
    return dwarfed or not opens_topic(text, span)
