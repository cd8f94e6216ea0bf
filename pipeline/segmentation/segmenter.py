"""Clean text of one document to its measures."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from pipeline.segmentation import lexicon
from pipeline.segmentation.builder import build_tree
from pipeline.segmentation.citations import find_citations
from pipeline.segmentation.duties import find_deadlines, find_duties, split_units
from pipeline.segmentation.headline import is_headline_only, run_in_title
from pipeline.segmentation.lines import enumeration, tokenize
from pipeline.segmentation.models import Kind, Segmentation, SegmentedMeasure, Skipped
from pipeline.segmentation.pieces import mend
from pipeline.segmentation.select import Selector
from pipeline.segmentation.sentences import Span
from pipeline.segmentation.targets import find_targets
from pipeline.segmentation.topics import topic_starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.segmentation.drafts import Draft
    from pipeline.settings import SegmentParams

_OMNIBUS_TOPICS = 6


def _is_damaged(starts: list[int], ends: list[int], draft: Draft) -> bool:
    """Whether any damaged span (sorted, disjoint) overlaps the measure."""
    first = bisect_left(ends, draft.start + 1)
    return first < len(starts) and starts[first] < draft.end


def _is_omnibus(text: str, draft: Draft, params: SegmentParams) -> bool:
    """Whether length or structure says that a measure holds many topics; what they are, classification decides."""
    if draft.end - draft.start >= params.omnibus_chars:
        return True
    topics = len(topic_starts(text, Span(draft.start, draft.end)))
    return max(topics, len(enumeration(text, draft.start, draft.end))) >= _OMNIBUS_TOPICS


def _measure(
    text: str, draft: Draft, path: str, *, ordinal: int, flags: list[str], plan_year: int | None
) -> SegmentedMeasure:
    start, end = draft.start, draft.end
    headline = text[start : draft.head].strip("。 ：:") if draft.head is not None else run_in_title(text[start:end])
    return SegmentedMeasure(
        path=path,
        ordinal=ordinal,
        number=draft.number,
        heading_path=list(draft.headings),
        headline=headline,
        text=text[start:end],
        start=start,
        end=end,
        kind=draft.kind,
        targets=find_targets(text, start, end),
        citations=find_citations(text, start, end),
        flags=flags,
        deadlines=[
            due
            for begin, stop in ((start, end), *draft.cells[1])
            for due in find_deadlines(text, begin, stop, plan_year)
        ],
        duties=[
            *find_duties(text, start, end),
            *(duty for span in draft.cells[0] for duty in split_units(text, *span)),
        ],
    )


def _within(spans: list[tuple[int, int]], place: int) -> bool:
    """Whether one of the sorted, disjoint spans covers a place: a dropped line between an item and its continuation."""
    before = bisect_right(spans, place, key=lambda span: span[0])
    return before > 0 and place < spans[before - 1][1]


def _default_kind(title: str, doc_type: str, plan_year: int | None) -> Kind:
    """Kind where no heading decides: a pure review (`2019年工作总结`) reports, every other document plans."""
    kind = lexicon.kind_of(title, "plan", plan_year)
    return "achievement" if kind == "achievement" and doc_type != "summary_and_plan" else "plan"


def segment(
    text: str,
    *,
    title: str,
    doc_type: str,
    plan_year: int | None,
    damaged: Sequence[tuple[int, int]],
    params: SegmentParams,
) -> Segmentation:
    """Cut one document's clean text into measures.

    Args:
        text: clean text; all offsets returned are code points of it, half-open.
        title: the document's own title; repeated in the text it is no heading.
        doc_type: one of `schemas.DOC_TYPES`; decides the kind of measures where no heading does.
        plan_year: the year the measures are for, `None` if unknown; dates deadlines and tells review from plan.
        damaged: clean spans left unrepaired by cleaning, in any order.
        params: shortest unnumbered measure and longest one that is not flagged `omnibus`.

    Returns:
        Measures in reading order with paths unique in the document, the outline, and the text that belongs to no
        measure with the reason. A text without content gives three empty lists.
    """
    mended = mend(text, tokenize(text))
    tree = build_tree(text, mended.lines, title)
    selection = Selector(text, plan_year, params.min_chars).select(tree.root, _default_kind(title, doc_type, plan_year))
    spans = sorted(damaged)
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    measures: list[SegmentedMeasure] = []
    for ordinal, (path, draft) in enumerate(selection.ordered(), start=1):
        flags = [
            flag
            for flag, holds in (
                ("damaged", _is_damaged(starts, ends, draft)),
                ("headline_only", is_headline_only(text[draft.start : draft.end])),
                ("omnibus", _is_omnibus(text, draft, params)),
                ("pieces", mended.doubtful(draft.start, draft.end, numbered=bool(draft.number))),
            )
            if holds
        ]
        measures.append(_measure(text, draft, path, ordinal=ordinal, flags=flags, plan_year=plan_year))
    taken = sorted((measure.start, measure.end) for measure in measures)
    dropped = [Skipped(line.start, line.end, why) for line, why in tree.dropped if not _within(taken, line.start)]
    skipped = sorted([*selection.skipped, *dropped], key=lambda skip: (skip.start, skip.end))
    return Segmentation(measures, selection.outline, skipped)
