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
_IS = re.compile(r"[^。；：！？“”]{2,30}(?:是|关系|关乎|事关)[^。]{2,60}。")
_DEMANDS = re.compile(r"[^。]{0,20}(?:形势|任务|使命|征程)[^。]{0,20}提出[^。]{0,8}要求。|做好政府工作，")
_GENERALLY = re.compile(r"(?<![主重需首])要|必须")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_GROWTH = re.compile(r"(?:增长|增速|达到?|提高)\d[\d.]*[%％](?:左右|以上)")


def figures(text: str, start: int, end: int) -> int:
    """How many numbers in Arabic digits stand in `text[start:end]`."""
    return len(_FIGURE.findall(text, start, end))


def growth_targets(text: str, start: int, end: int) -> int:
    """How many figures in `text[start:end]` only say how much a field is to grow (`增加值增长5%以上`)."""
    return len(_GROWTH.findall(text, start, end))


def introduces(text: str, spans: list[Span], *, after_address: bool = False, listed: bool = False) -> bool:
    """Whether the first of several paragraphs orients the reader of the others instead of naming work.

    It has no headline of its own. After an address to the assembly only what demands of everybody orients
    (`新形势提出了更高要求。`): fields of their own follow there. Elsewhere so do a single short sentence and a
    paragraph that says what the matter is (`改革是首要任务。`, with one figure at most), and, among paragraphs most
    of which open topics, a short one without figures. Where a list follows (`listed`) there need be no others.
    """
    if not spans or spans[0].head is not None or (len(spans) < _MANY and not listed):
        return False
    first, *others = spans
    topical = sum(opens_topic(text, span) for span in others) >= _MOST * len(others)
    if after_address:
        return topical and _demands(text, first)
    if _is_single_sentence(text, first) or (_says_what_it_is(text, first) and (topical or listed)):
        return True
    return topical and not listed and (_demands(text, first) or _is_slight(text, first, others))


def _is_single_sentence(text: str, span: Span) -> bool:
    """One sentence of at most 60 characters without a figure."""
    inner = any(char in SENTENCE_END for char in text[span.start : span.end - 1])
    return span.end - span.start <= _SENTENCE_MAX and not inner and not figures(text, span.start, span.end)


def _says_what_it_is(text: str, span: Span) -> bool:
    matter = _IS.match(text, span.start, span.end) is not None
    return matter and span.end - span.start <= _LONG_MAX and figures(text, span.start, span.end) <= 1


def _demands(text: str, span: Span) -> bool:
    demands = _DEMANDS.match(text, span.start, span.end) is not None
    return demands and span.end - span.start <= _LONG_MAX and not figures(text, span.start, span.end)


def _is_slight(text: str, span: Span, others: list[Span]) -> bool:
    """Short, and without a topic, or saying what must be in not half the length of the others."""
    length = span.end - span.start
    if length > _SHORT_MAX or figures(text, span.start, span.end):
        return False
    general = _GENERALLY.search(text, span.start, span.end) is not None
    dwarfed = general and length < _HALF * median(other.end - other.start for other in others)
    return dwarfed or not opens_topic(text, span)
