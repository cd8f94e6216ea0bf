"""Unnumbered paragraphs under a heading: each a measure, split where its topic changes, or set aside."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.segmentation import lexicon, reasons
from pipeline.segmentation.markers import ENUMERATOR, Marker, match_marker
from pipeline.segmentation.models import Heading
from pipeline.segmentation.paragraphs import ADDRESS, introduces, merge_headlines
from pipeline.segmentation.sentences import Span, sentences
from pipeline.segmentation.topics import enumerated, topic_starts

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pipeline.segmentation.drafts import Place, Selection
    from pipeline.segmentation.tree import Node

_RUN_IN_MAX = 20
_ORIENTATION_MAX = 130
_SUMMARIES = ("overview", "situation")
_ADDRESS_REACH = 16


class Paragraphs:
    """Reads the paragraphs of one document into a selection."""

    def __init__(self, text: str, min_chars: int, out: Selection) -> None:
        self.text, self.min_chars, self.out = text, min_chars, out

    def read(
        self,
        nodes: list[Node],
        place: Place,
        seen: int = 0,
        *,
        opens: bool = True,
        only: Container[int] | None = None,
        whole: bool = False,
        listed: bool = False,
    ) -> None:
        """Take paragraphs as measures `p{n}` of `place`, n counting on from `seen`.

        The first of those that open a section (`opens`) may only orient. `only` names the starts of those that are content, the rest introduces the section; `whole` paragraphs stand
        beside numbered blocks, and an enumeration inside them is not cut; below `listed` ones an enumeration follows.
        """
        spans = merge_headlines(self.text, nodes)
        if only is None and place.path:
            spans = [span for part in self._parts(spans, opens=opens, listed=listed) for span in part]
        general = lessons = remarks = False
        for span in spans:
            content = self.text[span.start : span.end]
            body = self._without_address(span)
            items = [] if whole else enumerated(self.text, body, alone=len(spans) == 1)
            starts = [] if items else topic_starts(self.text, body, alone=len(spans) == 1)
            reason = "introduction" if only is not None and span.start not in only else self._reason(content, place)
            if starts and reason in _SUMMARIES:
                reason = None  # `“十四五”时期极不寻常。这五年，…。这五年，…`: what leads in is left out below
            if reason in {None, "general_requirements"} and items and self._names_principles(body, items):
                path = self._path(place, seen, span)
                self._items(body, items, path, replace(place, kind="principle"), alone=len(spans) == 1)
                continue
            lessons = lessons and reasons.is_lesson(content)
            if (general or lessons or (remarks and reasons.is_remark(content))) and reason is None:
                reason = "general_requirements"
            general = reason == "lead_in" and reasons.announces_general(content)
            lessons = lessons or reasons.announces_lessons(content)
            remarks = reason == "general_requirements"
            if reason is not None:
                self.out.skip(span.start, span.end, reason)
                continue
            inside = replace(place, kind=lexicon.paragraph_kind(content, place.kind))
            self.out.skip(span.start, body.start, "address")
            path = self._path(place, seen, span)
            if items:
                self._items(body, items, path, inside, alone=len(spans) == 1)
            else:
                self._topics(body, starts, path, inside)

    def _parts(self, spans: list[Span], *, opens: bool, listed: bool) -> Iterator[list[Span]]:
        """Paragraphs between addresses to the assembly, without the first of a part if it only orients the reader."""
        ends = [max(0, spans[0].start - _ADDRESS_REACH), *(span.end for span in spans[:-1])] if spans else []
        addressed = [ADDRESS in self.text[end : span.start] for end, span in zip(ends, spans, strict=True)]
        opens = opens or addressed[:1] == [True]
        starts = [index for index, is_first in enumerate(addressed) if index and is_first]
        for first, stop in pairwise([0, *starts, len(spans)]):
            part = spans[first:stop]
            if (first or opens) and introduces(
                self.text, part, after_address=addressed[first], listed=listed
            ):
                self.out.skip(part[0].start, part[0].end, "introduction")
                part = part[1:]
            yield part

    def _path(self, place: Place, seen: int, span: Span) -> str:
        return ".".join((*place.path, f"p{seen + span.index}"))

    def _without_address(self, span: Span) -> Span:
        return replace(span, start=span.start + lexicon.address_length(self.text[span.start : span.end]))

    def _reason(self, content: str, place: Place) -> str | None:
        reason = reasons.paragraph_reason(content)
        if reason is None and place.kind == "principle":
            return "general_requirements"
        return "short" if reason is None and len(content) < self.min_chars else reason

    def _names_principles(self, body: Span, items: list[Marker]) -> bool:
        """Whether the words before an enumeration announce principles (`要把握好以下原则：一是…`)."""
        return reasons.announces_principles(self.text[body.start : items[0].start])

    def _items(self, body: Span, items: list[Marker], path: str, place: Place, *, alone: bool) -> None:
        """The items of an inline enumeration; a run-in title before them is their heading."""
        lead = self.text[body.start : items[0].start]
        title = lead.split("。", 1)[0]
        inside = place
        if "。" in lead and len(title) <= _RUN_IN_MAX and "，" not in title and not lead.endswith("各项工作。"):
            self.out.outline.append(Heading(title, "", len(place.path) + 1, body.start, body.start + len(title)))
            inside = replace(place, headings=(*place.headings, title))
        self.out.skip(body.start, items[0].start, "lead_in")
        ends = [*(item.start for item in items[1:]), body.end]
        for item, end in zip(items, ends, strict=True):
            step = (*place.path, str(item.value)) if alone else (path, str(item.value))
            self.out.emit(".".join(step), item.text, inside, Span(item.end, end))

    def _topics(self, body: Span, starts: list[int], path: str, place: Place) -> None:
        """One measure, or one for each topic; words before the first topic that only lead in are left out."""
        marker = match_marker(self.text, body.start, body.end)
        if marker is not None and marker.system == ENUMERATOR:
            self.out.emit(path, marker.text, place, replace(body, start=marker.end))
            return
        if len(starts) <= 1:
            self.out.emit(path, "", place, body)
            return
        edges = [*starts, body.end] if starts[0] == body.start else [body.start, *starts, body.end]
        if self._leads_in(edges[0], edges[1], of_their_own=starts[0] == body.start):
            self.out.skip(edges[0], edges[1], "lead_in")
            edges = edges[1:]
        for position, (start, end) in enumerate(pairwise(edges), start=1):
            self.out.emit(f"{path}.{position}", "", place, Span(start, end))

    def _leads_in(self, start: int, end: int, *, of_their_own: bool) -> bool:
        """Whether what stands before the second topic says no more than a title and an orientation."""
        orients = end - start <= _ORIENTATION_MAX and not any(char.isdigit() for char in self.text[start:end])
        return orients and len(sentences(self.text, start, end)) <= 2 if of_their_own else True
