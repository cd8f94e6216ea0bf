"""Unnumbered paragraphs under a heading: each a measure, split where its topic changes, or set aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.segmentation import announcements, lexicon, reasons
from pipeline.segmentation.headline import lead_title
from pipeline.segmentation.markers import ENUMERATOR, Marker, match_marker
from pipeline.segmentation.models import Heading
from pipeline.segmentation.orientation import announces_policies, figures, introduces
from pipeline.segmentation.paragraphs import ADDRESS, is_headline, merge_headlines
from pipeline.segmentation.sentences import Span, has_topic_sentence, sentences
from pipeline.segmentation.topics import enumerated, topic_starts

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pipeline.segmentation.drafts import Place, Selection
    from pipeline.segmentation.tree import Node

_ORIENTATION_MAX = 130
_ORIENTING_SENTENCES = 2
_LEADING_SENTENCES = 2
_SUMMARIES = frozenset({"overview", "situation"})
_BEFORE_TOPICS = _SUMMARIES | {"general_requirements"}
_BEFORE_ITEMS = frozenset({"situation"})
_ADDRESS_REACH = 16


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a run of paragraphs stands.

    The first of those that open a section (`opens`) may only orient. Those `beside` numbered blocks are never all that
    their section has; below `listed` ones an enumeration follows. `only` names the starts of those that are content
    where the others introduce the section.
    """

    opens: bool = True
    beside: bool = False
    listed: bool = False
    only: Container[int] | None = None


OPENING = Setting()


@dataclass(slots=True)
class _Before:
    """What the paragraphs before say about the next one: general aims, lessons, or targets to be remarked on."""

    general: bool = False
    lessons: bool = False
    remarks: bool = False

    def reason(self, content: str, own: str | None) -> str | None:
        """Why a paragraph is no measure: its own reason, or that it goes on with what was announced."""
        self.lessons = self.lessons and announcements.is_lesson(content)
        goes_on = self.general or self.lessons or (self.remarks and announcements.is_remark(content))
        found = "general_requirements" if goes_on and own is None else own
        self.general = found == "lead_in" and announcements.announces_general(content)
        self.lessons = self.lessons or announcements.announces_lessons(content)
        self.remarks = found == "general_requirements"
        return found


class Paragraphs:
    """Reads the paragraphs of one document into a selection."""

    def __init__(self, text: str, min_chars: int, out: Selection) -> None:
        self.text, self.min_chars, self.out = text, min_chars, out

    def read(self, nodes: list[Node], place: Place, seen: int = 0, setting: Setting = OPENING) -> None:
        """Take paragraphs as measures `p{n}` of `place`, n counting on from `seen`."""
        spans = merge_headlines(self.text, nodes)
        if setting.only is None and place.path:
            spans = [span for part in self._parts(spans, setting, plans=place.kind == "plan") for span in part]
        before, section = _Before(), place
        over = self._standing_over(spans)
        for span in spans:
            content = self.text[span.start : span.end]
            if span.start in over:
                place = self._below(content.rstrip("。"), span.start, section)
                self.out.skip(span.start, span.end, "heading")
                continue
            path = ".".join((*place.path, f"p{seen + span.index}"))
            body, alone = self._without_address(span), len(spans) == 1
            items = enumerated(self.text, body, alone=alone and not setting.beside)
            starts = [] if items else topic_starts(self.text, body, alone=alone)
            reason = self._reason(content, place, excused=self._excused(body, starts, items))
            if setting.only is not None and span.start not in setting.only:
                reason = "introduction"
            if items and self._names_principles(body, items):
                self._items(body, items, path, replace(place, kind="principle"), alone=alone)
                continue
            reason = before.reason(content, reason)
            if reason is not None:
                self.out.skip(span.start, span.end, reason)
                continue
            self.out.skip(span.start, body.start, "address")
            inside = replace(place, kind=lexicon.paragraph_kind(content, place.kind))
            if items:
                self._items(body, items, path, inside, alone=alone)
            else:
                self._topics(body, starts, path, inside)

    def _standing_over(self, spans: list[Span]) -> set[int]:
        """Starts of title lines that stand right above paragraphs with headlines on lines of their own.

        A single such line may be a remark; several are headings.
        """
        over = {
            span.start
            for span, following in pairwise(spans)
            if span.head is None and following.head is not None and is_headline(self.text, span.start, span.end)
        }
        return over if len(over) > 1 else set()

    def _parts(self, spans: list[Span], setting: Setting, *, plans: bool) -> Iterator[list[Span]]:
        """Paragraphs between addresses to the assembly, without the first of a part if it only orients the reader."""
        ends = [max(0, spans[0].start - _ADDRESS_REACH), *(span.end for span in spans[:-1])] if spans else []
        addressed = [ADDRESS in self.text[end : span.start] for end, span in zip(ends, spans, strict=True)]
        opens = setting.opens or addressed[:1] == [True]
        starts = [index for index, is_first in enumerate(addressed) if index and is_first]
        for first, stop in pairwise([0, *starts, len(spans)]):
            part = spans[first:stop]
            if (first or opens) and introduces(
                self.text, part, after_address=addressed[first], listed=setting.listed, plans=plans
            ):
                self.out.skip(part[0].start, part[0].end, "introduction")
                part = part[1:]
            kept = [span for span, after in pairwise(part) if not self._announces(span, after)]
            yield kept + part[-1:]

    def _announces(self, span: Span, following: Span) -> bool:
        """Set a paragraph aside that only names the line of policy which the next one spells out."""
        announced = announces_policies(self.text, span, following)
        if announced:
            self.out.skip(span.start, span.end, "introduction")
        return announced

    def _without_address(self, span: Span) -> Span:
        return replace(span, start=span.start + lexicon.address_length(self.text[span.start : span.end]))

    def _reason(self, content: str, place: Place, *, excused: Container[str]) -> str | None:
        """Why a paragraph is none, unless that reason is excused by what else the paragraph holds."""
        reason = reasons.paragraph_reason(content)
        if reason is not None and reason in excused:
            reason = None
        if reason is None and place.kind == "principle":
            return "general_requirements"
        return "short" if reason is None and len(content) < self.min_chars else reason

    def _excused(self, body: Span, starts: list[int], items: list[Marker]) -> frozenset[str]:
        """Reasons that only the words before the first topic or item give, which are left out later."""
        if starts:
            return _BEFORE_TOPICS
        if items:
            return _SUMMARIES if self._are_titled(body, items) else _BEFORE_ITEMS
        return frozenset()

    def _are_titled(self, body: Span, items: list[Marker]) -> bool:
        """Whether the items of an enumeration open topics, so that a summary before them is not all there is."""
        ends = [*(item.start for item in items[1:]), body.end]
        titled = sum(has_topic_sentence(self.text, item.end, end) for item, end in zip(items, ends, strict=bool(items)))
        return bool(items) and titled > len(items) // 2

    def _names_principles(self, body: Span, items: list[Marker]) -> bool:
        """Whether the words before an enumeration announce principles (`要把握好以下原则：一是…`)."""
        return announcements.announces_principles(self.text[body.start : items[0].start])

    def _items(self, body: Span, items: list[Marker], path: str, place: Place, *, alone: bool) -> None:
        """The items of an inline enumeration; a run-in title before them is their heading."""
        title = lead_title(self.text, body.start, items[0].start)
        inside = self._below(title, body.start, place) if title else place
        announced = self._announcement(body.start, items[0].start)
        if announced > body.start:
            self.out.emit(path, "", place, Span(body.start, announced))
        self.out.skip(announced, items[0].start, "lead_in")
        ends = [*(item.start for item in items[1:]), body.end]
        for item, end in zip(items, ends, strict=True):
            step = (*place.path, str(item.value)) if alone else (path, str(item.value))
            self.out.emit(".".join(step), item.text, inside, Span(item.end, end))

    def _below(self, title: str, start: int, place: Place) -> Place:
        """The place below a run-in title, which the outline gets too."""
        self.out.outline.append(Heading(title, "", len(place.path) + 1, start, start + len(title)))
        return replace(place, headings=(*place.headings, title))

    def _announcement(self, start: int, end: int) -> int:
        """Where the words begin that only announce an enumeration; what they follow is work if it has figures."""
        *before, last = sentences(self.text, start, end) or [(start, end)]
        works = len(before) >= _LEADING_SENTENCES and figures(self.text, start, last[0]) > 0
        return last[0] if works else start

    def _topics(self, body: Span, starts: list[int], path: str, place: Place) -> None:
        """One measure, or one for each topic; words before the first topic that only lead in are left out."""
        marker = match_marker(self.text, body.start, body.end)
        if marker is not None and marker.system == ENUMERATOR:
            self.out.emit(path, marker.text, place, replace(body, start=marker.end))
            return
        if len(starts) <= 1:
            self.out.emit(path, "", place, body)
            return
        title = lead_title(self.text, body.start, starts[0]) if starts[0] > body.start else ""
        if title:
            place = self._below(title, body.start, place)
        edges = [*starts, body.end] if starts[0] == body.start else [body.start, *starts, body.end]
        if self._leads_in(edges[0], edges[1], of_their_own=starts[0] == body.start):
            self.out.skip(edges[0], edges[1], "lead_in")
            edges = edges[1:]
        for position, (start, end) in enumerate(pairwise(edges), start=1):
            self.out.emit(f"{path}.{position}", "", place, Span(start, end))

    def _leads_in(self, start: int, end: int, *, of_their_own: bool) -> bool:
        """Whether what stands before the second topic says no more than a title and an orientation."""
        short = end - start <= _ORIENTATION_MAX and not figures(self.text, start, end)
        orients = short and bool(lead_title(self.text, start, end))
        return not of_their_own or (orients and len(sentences(self.text, start, end)) <= _ORIENTING_SENTENCES)
