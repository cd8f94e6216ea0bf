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
from pipeline.web.queries.models import DocumentView


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


def _levels(headings: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    return {heading["start"]: heading["level"] for heading in headings}


def blocks(
    row: Mapping[str, Any], measures: pl.DataFrame, headings: Sequence[Mapping[str, Any]], *, with_source: bool
) -> list[Block]:
    """The document paragraph by paragraph, measures and headings marked, each beside its source.

    Source text before the first, between two and after the last paragraph stands in blocks whose clean side is
    empty, so that the source sides joined together are the whole source text.
    """
    text, source = row["text"], row["source_text"]
    arrays = (np.asarray(row[f"map_{part}"], dtype=np.int64) for part in ("clean", "source", "length"))
    offsets = OffsetMap(*arrays)
    # Beside the source each change is marked on both sides; alone, the clean text is for reading.
    changed = _clean_marks(row["changes"], offsets) if with_source else []
    clean_marks = _Sorted([*_measure_marks(measures), *changed])
    source_marks = _Sorted(_change_marks(row["changes"]))
    levels = _levels(headings)
    begins = measures.select("start", "measure_id").rows()
    found, done = [], 0
    for start, end in _paragraphs(text):
        left, right = offsets.to_source(start, end) if with_source else (0, 0)
        if with_source and source[done:left].strip():
            found.append(Block([], source_marks.cut(source, done, left)))
        found.append(
            Block(
                clean_marks.cut(text, start, end),
                source_marks.cut(source, left, right) if with_source else [],
                next((level for at, level in levels.items() if start <= at < end), 0),
                tuple(name for at, name in begins if start <= at < end),
            )
        )
        done = max(done, right)
    if with_source and source[done:].strip():
        found.append(Block([], source_marks.cut(source, done, len(source))))
    return found
