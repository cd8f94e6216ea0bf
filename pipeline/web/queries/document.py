"""A document: outline, measures, and the clean text beside its source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipeline.cleaning.offsets import OffsetMap
from pipeline.web.queries.items import DOC_ID, document_items, items, row_of
from pipeline.web.queries.marking import Mark, Run, runs
from pipeline.web.queries.page_models import DocumentView

BUDGET = 80_000
"""Bytes of text a page holds: with outline and frame it stays below 150 kB."""

MARK_BYTES, BLOCK_BYTES, CHARACTER_BYTES = 110, 160, 3
"""About what a mark, the frame of a paragraph and a character take in HTML."""


def document_row(documents: pl.DataFrame, doc_id: str) -> dict[str, Any]:
    """The document's row; raises NotFoundError."""
    return row_of(documents, "doc_id", doc_id, "document", DOC_ID)


def document_view(
    documents: pl.DataFrame, wide: pl.DataFrame, outlines: Mapping[str, Mapping[str, Any]], doc_id: str
) -> DocumentView:
    """Everything about one document; raises NotFoundError."""
    row = document_row(documents, doc_id)
    own = wide.filter(pl.col("doc_id") == doc_id)
    outline = outlines.get(doc_id, {})
    return DocumentView(
        document=document_items(documents.filter(pl.col("doc_id") == doc_id), own)[0],
        **{
            name: row[name] for name in ("sha256", "encoding", "media_type", "script", "text", "source_text", "changes")
        },
        evidence=json.loads(row["evidence"] or "{}"),
        headings=list(outline.get("headings", [])),
        skipped=list(outline.get("skipped", [])),
        measures=items(own),
    )


@dataclass(frozen=True)
class Block:
    """A paragraph of the clean text and the source text it came from; `measure_id` where a measure begins in it."""

    clean: list[Run]
    source: list[Run]
    level: int = 0
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stretch:
    """A paragraph by its places, [start, end) in the clean and [left, right) in the source text; either may be empty.

    `level` is that of the heading in it, 0 for none; `anchors` are the measures that begin in it.
    """

    start: int
    end: int
    left: int
    right: int
    level: int = 0
    anchors: tuple[str, ...] = ()


def sheets(found: Sequence[Stretch], changes: Sequence[Mapping[str, Any]], budget: int = BUDGET) -> list[list[Stretch]]:
    """Stretches cut into pages of about `budget` bytes of HTML; never empty, and no stretch is cut."""
    starts = np.sort(np.array([change["source_start"] for change in changes], dtype=np.int64))
    pages: list[list[Stretch]] = [[]]
    used = 0
    for one in found:
        inside = int(np.searchsorted(starts, one.right) - np.searchsorted(starts, one.left))
        size = BLOCK_BYTES + CHARACTER_BYTES * (one.end - one.start + one.right - one.left) + MARK_BYTES * inside
        if pages[-1] and used + size > budget:
            pages.append([])
            used = 0
        pages[-1].append(one)
        used += size
    return pages


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Spans of the lines of `text` that hold something."""
    spans = []
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            spans.append((start, start + len(line.rstrip())))
        start += len(line)
    return spans


def _measure_marks(measures: pl.DataFrame) -> list[Mark]:
    rows = measures.select("measure_id", "start", "end", "kind").iter_rows(named=True)
    return [Mark(row["start"], row["end"], f"measure {row['kind']}", row["measure_id"]) for row in rows]


def _change_marks(changes: Sequence[Mapping[str, Any]]) -> list[Mark]:
    marks = []
    for change in changes:
        after = change["after"] or "∅"
        kind = "changed" if change["after"] else "removed"
        title = f"{change['rule']}: {change['before'][:60]} → {after[:60]}"
        marks.append(Mark(change["source_start"], change["source_end"], kind, title))
    return marks


def _clean_marks(changes: Sequence[Mapping[str, Any]], offsets: OffsetMap) -> list[Mark]:
    """Where in the clean text a change left something."""
    marks = []
    for change in changes:
        if change["after"] and change["source_end"] > change["source_start"]:
            start, end = offsets.to_clean(change["source_start"], change["source_end"])
            marks.append(Mark(start, end, "changed", f"{change['rule']}: {change['before'][:60]}"))
    return marks


class _Sorted:
    """Marks by start, to find those that touch a span without looking at all of them for every paragraph."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self.marks = sorted(marks, key=lambda m: m.start)
        self.starts = np.array([m.start for m in self.marks], dtype=np.int64)
        self.reach = np.maximum.accumulate(np.array([m.end for m in self.marks], dtype=np.int64))

    def cut(self, text: str, start: int, end: int) -> list[Run]:
        """Runs of `text[start:end]` under the marks that touch it."""
        first = int(np.searchsorted(self.reach, start, side="right"))
        last = int(np.searchsorted(self.starts, end, side="left"))
        local = [Mark(m.start - start, m.end - start, m.kind, m.title) for m in self.marks[first:last]]
        return runs(text[start:end], local)


def _offsets(row: Mapping[str, Any]) -> OffsetMap:
    arrays = (np.asarray(row[f"map_{part}"], dtype=np.int64) for part in ("clean", "source", "length"))
    return OffsetMap(*arrays)


def stretches(
    row: Mapping[str, Any], measures: pl.DataFrame, headings: Sequence[Mapping[str, Any]], *, with_source: bool
) -> list[Stretch]:
    """The document paragraph by paragraph, with the places of the source where they are to stand beside it.

    Source text before the first, between two and after the last paragraph stands in stretches whose clean side is
    empty, so that the source sides joined together are the whole source text.
    """
    source, offsets = row["source_text"], _offsets(row)
    levels = {heading["start"]: heading["level"] for heading in headings}
    begins = measures.select("start", "measure_id").rows()
    found, done = list[Stretch](), 0
    for start, end in _paragraphs(row["text"]):
        left, right = offsets.to_source(start, end) if with_source else (0, 0)
        if with_source and source[done:left].strip():
            found.append(Stretch(start, start, done, left))
        level = next((level for at, level in levels.items() if start <= at < end), 0)
        anchors = tuple(name for at, name in begins if start <= at < end)
        found.append(Stretch(start, end, left, right, level, anchors))
        done = max(done, right)
    if with_source and source[done:].strip():
        found.append(Stretch(len(row["text"]), len(row["text"]), done, len(source)))
    return found


def blocks(
    row: Mapping[str, Any], measures: pl.DataFrame, shown: Sequence[Stretch], *, with_source: bool
) -> list[Block]:
    """Stretches with measures marked, and beside the source every change on both sides.

    Only marks about the stretches are made: a page of a document with thousands of repairs costs what it shows.
    """
    text, source = row["text"], row["source_text"]
    lowest, highest = min((s.left for s in shown), default=0), max((s.right for s in shown), default=0)
    about = [c for c in row["changes"] if c["source_start"] < highest and c["source_end"] > lowest]
    # Alone, the clean text is for reading: changes are marked beside the source only.
    changed = _clean_marks(about, _offsets(row)) if with_source else []
    clean_marks = _Sorted([*_measure_marks(measures), *changed])
    source_marks = _Sorted(_change_marks(about))
    return [
        Block(
            clean_marks.cut(text, one.start, one.end) if one.end > one.start else [],
            source_marks.cut(source, one.left, one.right) if with_source else [],
            one.level,
            one.anchors,
        )
        for one in shown
    ]
