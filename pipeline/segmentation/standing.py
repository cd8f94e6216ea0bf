"""Whether the paragraphs below an item or a title are measures of their own, or one measure with it."""

from __future__ import annotations

from pipeline.segmentation.markers import ENUMERATOR, SECTIONAL
from pipeline.segmentation.orientation import is_general
from pipeline.segmentation.paragraphs import merge_headlines
from pipeline.segmentation.reasons import paragraph_reason
from pipeline.segmentation.sentences import Span, opens_topic
from pipeline.segmentation.topics import enumerated, topic_starts
from pipeline.segmentation.tree import Node, is_title_only

_PAIR = 2
_MANY = 3
_HALF = 0.5
_MOST = 0.6
_MEAN_MIN = 80
_LONG = 1500
_LIST_SAMPLE = 100


def stand_alone(text: str, node: Node, run: list[Node], *, outermost: bool, section: bool) -> bool:
    """Whether the paragraphs below an item without numbered children are measures of their own.

    `run` are the items of the same list that have paragraphs below a line of their own text, this one included:
    what holds for most of their paragraphs holds for all. A bare title over several paragraphs always numbers a
    section, one over a single paragraph is its headline; that of a `section` never is, and an
    `outermost` one is none above an enumeration.
    """
    spans = merge_headlines(text, node.paragraphs)
    if node.line is None or node.role != "numbered":
        return node.role != "heading" or outermost or len(spans) > 1 or not _is_body(text, spans[0])
    if is_title_only(text, node):
        return _below_title(text, node, spans, outermost=outermost, section=section)
    share = _topical(text, spans)
    if node.system == ENUMERATOR:
        ample = sum(len(item.paragraphs) > 1 for item in run)
        alike = len(run) > 1 and ample >= _MOST * len(run) and _open_topics(text, run)
        return alike or (len(spans) > 1 and share == 1)
    if node.system not in SECTIONAL:
        return False
    if len(spans) > 1:
        large = spans[-1].end - spans[0].start > _LONG and len(spans) >= _MANY
        return share >= _HALF or large or _open_topics(text, run)
    return (share > 0 and _open_topics(text, run)) or bool(topic_starts(text, spans[0], alone=True))


def _below_title(text: str, node: Node, spans: list[Span], *, outermost: bool, section: bool) -> bool:
    """Below a bare numbered title.

    Two paragraphs of which the first only orients are one measure with it, unless the second holds several.
    """
    several = len(spans) > 1
    if node.system not in SECTIONAL:
        ample = spans[-1].end - spans[0].start >= _MEAN_MIN * len(spans)
        return several and ample and _topical(text, spans) == 1
    if section:
        return True
    if len(spans) == _PAIR and is_general(text, spans[0]):
        several = bool(topic_starts(text, spans[1]) or enumerated(text, spans[1]))
    return several or (outermost and bool(enumerated(text, spans[0], alone=True)))


def _topical(text: str, spans: list[Span]) -> float:
    """Share of paragraphs that open topics of their own."""
    return sum(opens_topic(text, span) for span in spans) / len(spans)


def _open_topics(text: str, items: list[Node]) -> bool:
    """Whether the paragraphs under the items of a list open topics of their own; its first hundred tell."""
    spans = [span for item in items[:_LIST_SAMPLE] for span in merge_headlines(text, item.paragraphs)]
    return len(spans) >= _MANY and _topical(text, spans) >= _MOST


def _is_body(text: str, span: Span) -> bool:
    """Whether the only paragraph below an unnumbered title is one measure, whose headline the title then is."""
    splits = enumerated(text, span, alone=True) or topic_starts(text, span, alone=True)
    return not splits and paragraph_reason(text[span.start : span.end]) is None
