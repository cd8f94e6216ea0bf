"""Sentences and topic sentences: which paragraphs below a block stand alone, which continue it, where they split."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from pipeline.segmentation.lines import SENTENCE_END, enumeration
from pipeline.segmentation.markers import SECTIONAL, Marker
from pipeline.segmentation.tree import Node, is_title_only

_SENTENCE = re.compile(r"[^。！？!?]*[。！？!?]+[”’』」）)]*|[^。！？!?]+\Z")
_TOPIC_MAX = 36
_DETAIL_MIN = 20
_MEAN_MIN = 80
_HALF = 0.5
_MOST = 0.6
_INTRODUCTION_MAX = 130
_ORIENTATION_MAX = 240
_LONG = 1500
_MANY = 3
_OPENING_MAX = 8
_HEADLINE_MAX = 60
_LEAD_MAX = 120
_ITEM_MEAN_MIN = 25
_CLAUSE_MEAN_MIN = 40
_SENTENCES_MEAN_MIN = 60
_SPLIT_MIN = 500
_SHORT_TOPIC = re.compile(r"[^，。；：、！？“”\d]{4,20}。")
_NO_TOPIC = re.compile(r"这|我|要|必须|今年|目前|当前|同时|但|[^。]*是")
_ORIENTS = re.compile(r"[^，。；：！？“”]{2,16}是[^。]{4,40}。")
_ASPECT = re.compile(r"[^，。；：]{2,10}方面[，：]")


@dataclass(frozen=True, slots=True)
class Span:
    """`[start, end)` of a paragraph; `head` is the end of a headline printed on a line of its own before it."""

    start: int
    end: int
    head: int | None = None
    index: int = 1


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences in `[start, end)`; closing quotation marks stay with their sentence."""
    spans: list[tuple[int, int]] = []
    position = start
    while position < end:
        match = _SENTENCE.match(text, position, end)
        stop = end if match is None else match.end()
        spans.append((position, stop))
        position = stop
    return spans


def has_topic_sentence(text: str, start: int, end: int) -> bool:
    """Whether the first sentence is short and the rest says more (`促进消费稳定增长。从增加收入、…`)."""
    match = _SENTENCE.match(text, start, end)
    return match is not None and match.end() - start <= _TOPIC_MAX and end - match.end() >= _DETAIL_MIN


def _is_headline(text: str, start: int, end: int) -> bool:
    """Whether a whole line is one short sentence, as a run-in title printed on its own is."""
    return (
        end - start <= _HEADLINE_MAX
        and text[end - 1] == "。"
        and not any(c in SENTENCE_END for c in text[start : end - 1])
    )


def _stands_over_topics(text: str, nodes: list[Node]) -> bool:
    """Whether only the first of several lines is a single sentence and the others open topics of their own.

    That sentence introduces the section (`坚持内需主导，…。`) and is no headline of the next paragraph.
    """
    lines = [node.line for node in nodes if node.line is not None]
    if len(lines) < _MANY or not _is_headline(text, lines[0].start, lines[0].end):
        return False
    others = lines[1:]
    if "，" not in text[lines[0].start : lines[0].end] or any(_is_headline(text, x.start, x.end) for x in others):
        return False
    return sum(has_topic_sentence(text, x.start, x.end) for x in others) >= _MOST * len(others)


def introduces(text: str, spans: list[Span]) -> bool:
    """Whether the first of several paragraphs only introduces the others: short, no topic, no figure.

    One that opens by saying what the matter is (`改革是今年政府工作的首要任务。`) names the section's topic.
    """
    if len(spans) < _MANY or spans[0].head is not None:
        return False
    first, *others = spans
    orients = _ORIENTS.match(text, first.start, first.end) is not None
    longest = _ORIENTATION_MAX if orients else _INTRODUCTION_MAX
    if first.end - first.start > longest or (has_topic_sentence(text, first.start, first.end) and not orients):
        return False
    if any(char.isdigit() for char in text[first.start : first.end]):
        return False
    topical = sum(span.head is not None or has_topic_sentence(text, span.start, span.end) for span in others)
    return topical >= _MOST * len(others)


def _carries(text: str, head: Span, start: int, end: int, *, headline: bool) -> bool:
    """Whether a paragraph is the body of the headline line above it: longer, and no headline itself.

    Below a headline without a comma even a single sentence is a body if it is twice as long.
    """
    length = head.end - head.start
    if headline:
        return "，" not in text[head.start : head.end] and end - start >= 2 * length
    return end - start > length


def merge_headlines(text: str, nodes: list[Node]) -> list[Span]:
    """Paragraphs in order, each headline line joined with the paragraph it stands above."""
    spans: list[Span] = []
    waiting: Span | None = None
    introduced = _stands_over_topics(text, nodes)
    for index, node in enumerate(nodes, start=1):
        if node.line is None:
            continue
        start, end = node.line.start, node.line.end
        headline = _is_headline(text, start, end) and not introduced
        if waiting is not None and _carries(text, waiting, start, end, headline=headline):
            spans.append(Span(waiting.start, end, waiting.end, waiting.index))
            waiting = None
            continue
        spans += [waiting] if waiting is not None else []
        waiting = Span(start, end, None, index) if headline else None
        spans += [] if headline else [Span(start, end, None, index)]
    return spans + ([waiting] if waiting is not None else [])


def stand_alone(text: str, node: Node) -> bool:
    """Whether the paragraphs below an item without numbered children are measures of their own.

    They continue the item when there are few of them, when they open no topic, or when the item's own system
    numbers items rather than sections. A heading over several paragraphs always numbers a section.
    """
    if node.line is None or node.role != "numbered":
        return True
    spans = merge_headlines(text, node.paragraphs)
    topical = [span.head is not None or has_topic_sentence(text, span.start, span.end) for span in spans]
    share = sum(topical) / len(spans)
    size = spans[-1].end - spans[0].start
    several = len(spans) > 1
    title_only = is_title_only(text, node)
    if node.system not in SECTIONAL:
        return several and title_only and share == 1 and size >= _MEAN_MIN * len(spans)
    if title_only:
        return several or bool(enumerated(text, spans[0], alone=True))
    return several and (share >= _HALF or (size > _LONG and len(spans) >= _MANY))


def enumerated(text: str, span: Span, *, alone: bool = False) -> list[Marker]:
    """Markers of the inline enumeration that a paragraph consists of; empty where it is only a part of it.

    A paragraph beside others stays whole unless the items follow a mere announcement (`抓好三个方面：一是…`) or are
    sentences of 60 characters and more on the average; one that is all its section has (`alone`) is cut also after a
    sentence or two. Clauses between semicolons stay whole.
    """
    items = enumeration(text, span.start, span.end)
    if not items:
        return []
    lead = text[span.start : items[0].start].rstrip()
    ends = [*(item.start for item in items[1:]), span.end]
    mean = (span.end - items[0].start) / len(items)
    clauses = sum(text[end - 1] in "；;，," for end in ends[:-1])
    announced = alone or not lead or lead.endswith(("：", ":")) or (not clauses and mean >= _SENTENCES_MEAN_MIN)
    if len(lead) > _LEAD_MAX or not announced:
        return []
    if clauses * 2 > len(items) - 1 and (mean < _CLAUSE_MEAN_MIN or any(char in SENTENCE_END for char in lead)):
        return []
    return items if mean >= _ITEM_MEAN_MIN or not lead else []


def parallel(text: str, nodes: list[Node], *, loose: bool = False) -> set[int]:
    """Starts of the paragraphs among `nodes` that are content although numbered blocks follow them.

    Content are at least three paragraphs that open alike (`这五年，我们…`) or with topic sentences; before a mere
    enumeration (`loose`) every paragraph with a headline on a line of its own.
    """
    spans = [span for span in merge_headlines(text, nodes) if span.end - span.start >= _MEAN_MIN]
    opening: dict[str, list[int]] = {}
    for span in spans:
        opening.setdefault(text[span.start : span.start + 3], []).append(span.start)
    topical = [s.start for s in spans if s.head is not None or has_topic_sentence(text, s.start, s.end)]
    groups = [topical, *opening.values()]
    headed = {span.start for span in spans if loose and span.head is not None}
    return headed | {start for group in groups if len(group) >= _MANY for start in group}


def _alike(text: str, pieces: list[tuple[int, int]]) -> list[int]:
    """Starts of the short sentences that share the commonest opening up to a comma (`这五年，`)."""
    opening: dict[str, list[int]] = {}
    for start, end in pieces:
        comma = text.find("，", start, min(end, start + _OPENING_MAX))
        if comma > start and end - start <= _TOPIC_MAX:
            opening.setdefault(text[start:comma], []).append(start)
    return max(opening.values(), key=len, default=[])


def topic_starts(text: str, span: Span) -> list[int]:
    """Where the topic changes inside one long paragraph, its start included; `[start]` if it does not.

    Three shapes are certain enough, each with three sentences at least: `就业方面，…。教育方面，…`; sentences that
    open alike (`这五年，产业结构优化。`); and short verbal sentences without a comma (`推进体系建设。`), each
    followed by a longer one. The first stands near the start; only sentences that open alike may follow a summary.
    """
    if span.end - span.start < _SPLIT_MIN:
        return [span.start]
    pieces = sentences(text, span.start, span.end)
    aspects = [start for start, end in pieces if _ASPECT.match(text, start, end)]
    topics = [
        start
        for (start, end), (after, stop) in itertools.pairwise(pieces)
        if _SHORT_TOPIC.fullmatch(text, start, end)
        and not _NO_TOPIC.match(text, start, end)
        and stop - after >= _DETAIL_MIN
    ]
    alike = _alike(text, pieces)
    shapes = (aspects, alike, topics)
    starts = next((shape for shape in shapes if len(shape) >= _MANY), [])
    if not starts or (span.end - starts[0]) < _MEAN_MIN * len(starts):
        return [span.start]
    if starts[0] - span.start > _LEAD_MAX:
        return [span.start, *starts] if starts is alike else [span.start]
    return [span.start, *starts[1:]]
