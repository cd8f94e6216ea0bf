"""Paragraphs below a block: joined with their headlines, running parallel."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.segmentation.lines import SENTENCE_END
from pipeline.segmentation.sentences import Span, has_topic_sentence, opens_topic
from pipeline.segmentation.topics import topic_starts
from pipeline.segmentation.tree import Node

ADDRESS = "各位代表"
"""How the assembly is addressed between the fields at a report's end."""

_MEAN_MIN = 80
_MOST = 0.6
_MANY = 3
_HEADLINE_MAX = 60
_BODY_RATIO = 1.5
_OPENING = 3
_CONTINUES = re.compile(r"这里(?!的)|这些(?:措施|政策|改革|工作)")
_NO_TITLE = re.compile(r"我们|这里|这些|(?:今年)?(?:要|必须)[^。]*，")


def is_headline(text: str, start: int, end: int) -> bool:
    """Whether a whole line is one short sentence, as a run-in title printed on its own is."""
    return (
        end - start <= _HEADLINE_MAX
        and _NO_TITLE.match(text, start) is None
        and text[end - 1] == "。"
        and not any(c in SENTENCE_END for c in text[start : end - 1])
    )


def _stands_over_topics(text: str, nodes: list[Node]) -> bool:
    """Whether only the first of several lines is a single sentence and the others open topics of their own.

    That sentence introduces the section (`坚持内需主导，…。`) and is no headline of the next paragraph.
    """
    lines = [node.line for node in nodes if node.line is not None]
    if len(lines) < _MANY or not is_headline(text, lines[0].start, lines[0].end):
        return False
    others = lines[1:]
    if "，" not in text[lines[0].start : lines[0].end] or any(is_headline(text, x.start, x.end) for x in others):
        return False
    return sum(has_topic_sentence(text, x.start, x.end) for x in others) >= _MOST * len(others)


def _carries(text: str, head: Span, start: int, end: int, *, headline: bool) -> bool:
    """Whether a paragraph is the body of the headline line above it: half as long again, and no headline itself.

    Below a headline without a comma even a single sentence is a body if it is twice as long.
    """
    length = head.end - head.start
    if headline:
        return "，" not in text[head.start : head.end] and end - start >= 2 * length
    return end - start > _BODY_RATIO * length


def _headed(text: str, nodes: list[Node]) -> int:
    """How many single short sentences stand right above a longer paragraph."""
    flags = [node.line is not None and is_headline(text, node.line.start, node.line.end) for node in nodes]
    return sum(above and not below for above, below in pairwise(flags))


def _apart(text: str, waiting: Span, start: int, end: int, *, lone: bool) -> bool:
    """Whether a single sentence and the paragraph below it are two: an address between, or a `lone` such sentence.

    A sentence with a comma that is alone of its kind is no title of a paragraph that opens its own topic.
    """
    if ADDRESS in text[waiting.end : start]:
        return True
    return lone and "，" in text[waiting.start : waiting.end] and has_topic_sentence(text, start, end)


def merge_headlines(text: str, nodes: list[Node]) -> list[Span]:
    """Paragraphs in order, each headline line joined with the paragraph it stands above.

    A paragraph that points back (`这里需要指出，…`) is joined with the one before it.
    """
    spans: list[Span] = []
    waiting: Span | None = None
    lone = _headed(text, nodes) == 1 < len(nodes) - 1
    introduced = _stands_over_topics(text, nodes)
    for index, node in enumerate(nodes, start=1):
        if node.line is None:
            continue
        start, end = node.line.start, node.line.end
        headline = is_headline(text, start, end) and not introduced
        apart = waiting is not None and _apart(text, waiting, start, end, lone=lone)
        if waiting is not None and not apart and _carries(text, waiting, start, end, headline=headline):
            spans.append(Span(waiting.start, end, waiting.end, waiting.index))
            waiting = None
            continue
        spans += [waiting] if waiting is not None else []
        waiting = Span(start, end, None, index) if headline else None
        if not headline and spans and _CONTINUES.match(text, start, end):
            spans[-1] = Span(spans[-1].start, end, spans[-1].head, spans[-1].index)
        elif not headline:
            spans.append(Span(start, end, None, index))
    return spans + ([waiting] if waiting is not None else [])


def parallel(text: str, nodes: list[Node], *, loose: bool = False) -> set[int]:
    """Starts of the paragraphs among `nodes` that are content although numbered blocks follow them.

    Content are at least three paragraphs that open alike (`这五年，我们…`) or with topic sentences, before a mere
    enumeration (`loose`) every paragraph with a headline on a line of its own; from the first of them on all. So is
    a paragraph that holds several topics itself.
    """
    every = merge_headlines(text, nodes)
    spans = [span for span in every if span.end - span.start >= _MEAN_MIN]
    opening: dict[str, list[int]] = {}
    for span in spans:
        opening.setdefault(text[span.start : span.start + _OPENING], []).append(span.start)
    groups = [[span.start for span in spans if opens_topic(text, span)], *opening.values()]
    content = {span.start for span in spans if loose and span.head is not None}
    content |= {start for group in groups if len(group) >= _MANY for start in group}
    several = {span.start for span in spans if topic_starts(text, span)}
    return several | {span.start for span in every if content and span.start >= min(content)}
