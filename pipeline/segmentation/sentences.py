"""Spans of paragraphs and their sentences; what a topic sentence is."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^。！？!?]*[。！？!?]+[”’』」）)]*|[^。！？!?]+\Z")
_TOPIC_MAX = 36
_DETAIL_MIN = 20


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


def opens_topic(text: str, span: Span) -> bool:
    """Whether a paragraph opens a topic of its own: with a headline on its own line, or with a topic sentence."""
    return span.head is not None or has_topic_sentence(text, span.start, span.end)
