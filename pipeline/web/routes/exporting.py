"""`/export`: exactly the measures a search shows, as CSV, XLSX or JSONL."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from fastapi import APIRouter, Query
from fastapi.responses import Response

from pipeline.stages.exporting import Selection, write
from pipeline.web import finding
from pipeline.web.library import Library
from pipeline.web.routes.common import LibraryDep, PageDep, lists

router = APIRouter(tags=["export"])

Format = Literal["csv", "xlsx", "jsonl"]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
INTERNAL = ("position", "cites")


def table(library: Library, request: finding.Request) -> pl.DataFrame:
    """The rows to export, in the order of the search, with ids, offsets and versions."""
    found = finding.find(library, request)
    rows = finding.whole(library, found.rows)
    rows = rows if found.measured is None else found.measured(rows)
    rows = rows.drop(INTERNAL) if request.mode != "browse" else rows.drop(*INTERNAL, "score")
    encoder = str(library.encoder_card.get("digest") or library.encoder_card.get("model") or "")
    return rows.with_columns(encoder=pl.lit(encoder or None, dtype=pl.String))


def spreadsheet(frame: pl.DataFrame, fmt: Format) -> bytes:
    """The frame in a format, as bytes."""
    selection = Selection({"measures": frame})
    if fmt == "jsonl":
        return write(selection, "measures", fmt, None).text.encode()
    with tempfile.TemporaryDirectory(prefix="jucuo-") as folder:
        path = Path(folder) / f"measures.{fmt}"
        write(selection, "measures", fmt, path)
        return path.read_bytes()


@router.get("/export", response_class=Response)
def export(page: PageDep, library: LibraryDep, fmt: Annotated[Format, Query(alias="format")] = "csv") -> Response:
    """All measures that the same query string shows on /search."""
    request = finding.read(lists(page.request.query_params), library)
    body = spreadsheet(table(library, request), fmt)
    headers = {"Content-Disposition": f'attachment; filename="jucuo-measures.{fmt}"'}
    return Response(body, media_type=MEDIA[fmt], headers=headers)
