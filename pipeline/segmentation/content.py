"""Unnumbered paragraphs under a heading: each a measure, split where its topic changes, or set aside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.segmentation import lexicon
from pipeline.segmentation.markers import ENUMERATOR, match_marker
from pipeline.segmentation.paragraphs import Span, enumerated, introduces, merge_headlines, topic_starts

if TYPE_CHECKING:
    from collections.abc import Container

    from pipeline.segmentation.drafts import Place, Selection
    from pipeline.segmentation.tree import Node


class Paragraphs:
    """Reads the paragraphs of one document into a selection."""

    def __init__(self, text: str, min_chars: int, out: Selection) -> None:
        self.text, self.min_chars, self.out = text, min_chars, out

    def read(self, nodes: list[Node], place: Place, seen: int = 0, only: Container[int] | None = None) -> None:
        """Take paragraphs as measures `p{n}` of `place`, n counting on from `seen`.

        `only` names the starts of those that are content; the rest introduces the section.
        """
        spans = merge_headlines(self.text, nodes)
        if only is None and place.path and introduces(self.text, spans):
            self.out.skip(spans[0].start, spans[0].end, "introduction")
            spans = spans[1:]
        general = lessons = False
        for span in spans:
            content = self.text[span.start : span.end]
            reason = "introduction" if only is not None and span.start not in only else self._reason(content, place)
            lessons = lessons and lexicon.is_lesson(content)
            if (general or lessons) and reason is None:
                reason = "general_requirements"
            general = reason == "lead_in" and lexicon.announces_general(content)
            lessons = lessons or lexicon.announces_lessons(content)
            if reason is not None:
                self.out.skip(span.start, span.end, reason)
                continue
            path = ".".join((*place.path, f"p{seen + span.index}"))
            kind = lexicon.paragraph_kind(content, place.kind)
            self._paragraph(span, path, replace(place, kind=kind), alone=len(spans) == 1)

    def _reason(self, content: str, place: Place) -> str | None:
        reason = lexicon.paragraph_reason(content)
        if reason == "situation" and place.kind == "achievement" and content.startswith("“"):
            reason = None  # `“十四五”时期是…的五年`, and then what was done in it
        if reason is None and place.kind == "principle":
            return "general_requirements"
        return "short" if reason is None and len(content) < self.min_chars else reason

    def _paragraph(self, span: Span, path: str, place: Place, *, alone: bool) -> None:
        address = lexicon.address_length(self.text[span.start : span.end])
        self.out.skip(span.start, span.start + address, "address")
        body = replace(span, start=span.start + address)
        items = enumerated(self.text, body, alone=alone)
        if items:
            self.out.skip(body.start, items[0].start, "lead_in")
            ends = [*(item.start for item in items[1:]), body.end]
            for item, end in zip(items, ends, strict=True):
                step = (*place.path, str(item.value)) if alone else (path, str(item.value))
                self.out.emit(".".join(step), item.text, place, Span(item.end, end))
            return
        marker = match_marker(self.text, body.start, body.end)
        if marker is not None and marker.system == ENUMERATOR:
            self.out.emit(path, marker.text, place, replace(body, start=marker.end))
            return
        starts = topic_starts(self.text, body)
        for position, (start, end) in enumerate(zip(starts, [*starts[1:], body.end], strict=True), start=1):
            head = body.head if position == 1 else None
            self.out.emit(path if len(starts) == 1 else f"{path}.{position}", "", place, Span(start, end, head))
