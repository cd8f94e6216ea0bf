"""`/documents`, `/document/ID`: outline, clean text beside the source, what cleaning changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from pipeline.web.library import Library
from pipeline.web.queries.document import blocks, document_row, document_view, sheets, stretches
from pipeline.web.queries.items import document_items
from pipeline.web.queries.page_models import DocumentItem
from pipeline.web.queries.paging import Page as Rows
from pipeline.web.queries.paging import page as page_of_rows
from pipeline.web.routes.common import LibraryDep, PageDep

router = APIRouter(include_in_schema=False)

PER_PAGE = 100
CHANGES = 250
"""Rows of the list of changes on a page: about 60 kB."""


def listing(library: Library, after: str | None, size: int) -> Rows[DocumentItem]:
    """Documents by id."""
    documents = library.table("documents")
    rows = library.kept(
        "documents listing",
        ("interim/documents.parquet", "interim/measures.parquet"),
        lambda: document_items(documents.sort("doc_id"), library.wide),
    )
    return page_of_rows(rows, lambda d: (d.doc_id,), after, (str,), size)


@router.get("/documents")
def show_all(
    page: PageDep, library: LibraryDep, after: Annotated[str | None, Query(max_length=400)] = None
) -> HTMLResponse:
    """All documents, and the files set aside."""
    return page.render("documents.html.j2", rows=listing(library, after, PER_PAGE), rejected=library.rejected)


@dataclass(frozen=True)
class Place:
    """Which of several pages is shown; `number` is 0 where all are shown as one."""

    number: int
    n: int

    @classmethod
    def of(cls, asked: str, n: int, otherwise: int = 1) -> Place:
        """The page asked for by number or as `all`; the nearest there is, for documents change."""
        if asked == "all":
            return cls(0, n)
        return cls(max(1, min(n, int(asked) if asked.isdecimal() else otherwise)), n)


@router.get("/document/{doc_id}")
def show(
    page: PageDep,
    library: LibraryDep,
    doc_id: str,
    view: Annotated[str, Query(max_length=10)] = "",
    at: Annotated[int, Query(ge=0, le=10**6)] = 0,
    part: Annotated[str, Query(alias="page", max_length=6)] = "",
) -> HTMLResponse:
    """One document; `view=source` sets the source beside the clean text, `view=changes` lists what cleaning did.

    Long ones come in pages: `page` names one (or `all`), `at` the one that the measure of this ordinal begins on.
    """
    documents, wide = library.table("documents"), library.wide
    found = document_view(documents, wide, library.outlines, doc_id)
    row = document_row(documents, doc_id)
    own = wide.filter(pl.col("doc_id") == doc_id)
    shape = view if view in ("source", "changes") else "clean"
    if shape == "changes":
        place = Place.of(part, max(1, -(-len(found.changes) // CHANGES)))
        first = CHANGES * (place.number - 1)
        shown = found.changes[first : first + CHANGES] if place.number else found.changes
        return page.render(
            "document.html.j2", view=found, shape=shape, place=place, changes=shown, rules=_rules(found.changes)
        )
    with_source = shape == "source"
    every = stretches(row, own, found.headings, with_source=with_source)
    pages = sheets(every, found.changes if with_source else [])
    page_of = {name: n for n, sheet in enumerate(pages, 1) for one in sheet for name in one.anchors}
    begins = next((page_of[m.measure_id] for m in found.measures if m.ordinal == at and m.measure_id in page_of), 1)
    place = Place.of(part, len(pages), begins)
    return page.render(
        "document.html.j2",
        view=found,
        shape=shape,
        place=place,
        page_of=page_of,
        blocks=blocks(row, own, pages[place.number - 1] if place.number else every, with_source=with_source),
    )


def _rules(changes: list[dict[str, object]]) -> list[tuple[str, int]]:
    """How often each rule of cleaning struck, the most frequent first."""
    counts: dict[str, int] = {}
    for change in changes:
        counts[str(change["rule"])] = counts.get(str(change["rule"]), 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
