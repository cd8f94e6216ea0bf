"""Rows of frames to views, and single rows by id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from pipeline.web.queries.models import MeasureItem
from pipeline.web.queries.page_models import DocumentItem

MEASURE_ID = re.compile(r"[\w.-]{1,120}/[\w.\-（）()、]{1,80}")
DOC_ID = re.compile(r"[\w.-]{1,120}")
SHORT_ID = re.compile(r"[\w.:-]{1,120}")

_MEASURE_FIELDS = tuple(MeasureItem.model_fields)
_DOCUMENT_FIELDS = tuple(name for name in DocumentItem.model_fields if name != "n_measures")


class NotFoundError(LookupError):
    """There is no `what` called `name`."""

    def __init__(self, what: str, name: str) -> None:
        self.what = what
        self.name = name[:120]
        super().__init__(f"there is no {what} {self.name}")


def items(rows: pl.DataFrame) -> list[MeasureItem]:
    """Rows of the wide frame as views, in their order."""
    return [MeasureItem.model_validate(row) for row in rows.select(_MEASURE_FIELDS).iter_rows(named=True)]


def by_ids(wide: pl.DataFrame, ids: Sequence[str]) -> list[MeasureItem]:
    """The measures with these ids, in the order of the ids; ids that are not there are left out."""
    rows = wide.filter(pl.col("measure_id").is_in(list(ids)))
    found = {item.measure_id: item for item in items(rows)}
    return [found[name] for name in ids if name in found]


def row_of(frame: pl.DataFrame, column: str, name: str, what: str, pattern: re.Pattern[str]) -> dict[str, Any]:
    """The one row whose `column` is `name`; raises NotFoundError for an unknown or impossible id."""
    rows = frame.filter(pl.col(column) == name) if pattern.fullmatch(name) else frame.head(0)
    if rows.is_empty():
        raise NotFoundError(what, name)
    return rows.row(0, named=True)


def document_items(documents: pl.DataFrame, measures: pl.DataFrame) -> list[DocumentItem]:
    """Documents as lists show them, in the order of the frame."""
    counts = measures.group_by("doc_id").len("n_measures").with_columns(pl.col("n_measures").cast(pl.Int64))
    joined = documents.select(_DOCUMENT_FIELDS).join(counts, on="doc_id", how="left", maintain_order="left")
    filled = joined.with_columns(pl.col("n_measures").fill_null(0))
    return [DocumentItem.model_validate(row) for row in filled.iter_rows(named=True)]


def place(parts: Iterable[str | None]) -> str:
    """Province, city and county without gaps and without repeating a name."""
    return " ".join(dict.fromkeys(part for part in parts if part))
