"""`/documents`, `/document/ID`: outline, clean text beside the source, what cleaning changed."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from pipeline.web.library import Library
from pipeline.web.queries.document import blocks, document_row, document_view
from pipeline.web.queries.items import document_items
from pipeline.web.queries.models import DocumentItem
from pipeline.web.queries.paging import Page as Rows
from pipeline.web.queries.paging import page as page_of_rows
from pipeline.web.routes.common import LibraryDep, PageDep

router = APIRouter(include_in_schema=False)

PER_PAGE = 100


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


@router.get("/document/{doc_id}")
def show(
    page: PageDep, library: LibraryDep, doc_id: str, view: Annotated[str, Query(max_length=10)] = ""
) -> HTMLResponse:
    """One document; `view=source` sets the source beside the clean text, `view=changes` lists what cleaning did."""
    documents, wide = library.table("documents"), library.wide
    found = document_view(documents, wide, library.outlines, doc_id)
    row = document_row(documents, doc_id)
    own = wide.filter(pl.col("doc_id") == doc_id)
    return page.render(
        "document.html.j2",
        view=found,
        shape=view if view in ("source", "changes") else "clean",
        blocks=blocks(row, own, found.headings, with_source=view == "source"),
        rules=_rules(found.changes),
    )


def _rules(changes: list[dict[str, object]]) -> list[tuple[str, int]]:
    """How often each rule of cleaning struck, the most frequent first."""
    counts: dict[str, int] = {}
    for change in changes:
        counts[str(change["rule"])] = counts.get(str(change["rule"]), 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
