"""Shared passages with their words."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipeline.report.figures import UNKNOWN
from pipeline.web.queries.reuse_models import PassageSide, PassageView


def _with_words(rows: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Add `a_text`, `a_issuer`, … for both sides: only the passages' own characters leave the documents."""
    for side in "ab":
        names = documents.select(
            pl.col("doc_id").alias(f"{side}_doc"),
            pl.col("issuer").alias(f"{side}_issuer"),
            pl.col("plan_year").alias(f"{side}_plan_year"),
            pl.col("title").alias(f"{side}_title"),
            pl.col("text").alias("whole"),
        )
        length = pl.col(f"{side}_end") - pl.col(f"{side}_start")
        words = pl.col("whole").str.slice(pl.col(f"{side}_start"), length).alias(f"{side}_text")
        joined = rows.join(names, on=f"{side}_doc", how="inner", maintain_order="left")
        rows = joined.with_columns(words).drop("whole")
    return rows


def _side(row: dict[str, Any], side: str) -> PassageSide:
    names = ("issuer", "plan_year", "title", "start", "end", "text")
    return PassageSide(
        doc_id=row[f"{side}_doc"],
        measure_id=row[f"{side}_measure"],
        **{name: row[f"{side}_{name}"] for name in names},
    )


_INVERSE = {"a_first": "b_first", "b_first": "a_first"}


def _view(row: dict[str, Any], *, mine: str) -> PassageView:
    other = "b" if mine == "a" else "a"
    direction = row["direction"] if mine == "a" else _INVERSE.get(row["direction"], row["direction"])
    return PassageView(
        passage_id=row["passage_id"],
        mine=_side(row, mine),
        other=_side(row, other),
        direction=direction,
        **{name: row[name] for name in ("n_chars", "identity", "information", "origin")},
    )


def of_measure(passages: pl.DataFrame, documents: pl.DataFrame, measure_id: str) -> list[PassageView]:
    """Passages that lie in a measure, the most telling first, each seen from that measure."""
    touching = passages.filter((pl.col("a_measure") == measure_id) | (pl.col("b_measure") == measure_id))
    ordered = touching.sort("information", "passage_id", descending=[True, False])
    rows = _with_words(ordered, documents).iter_rows(named=True)
    return [_view(row, mine="a" if row["a_measure"] == measure_id else "b") for row in rows]


def between(passages: pl.DataFrame, documents: pl.DataFrame, a: str, b: str) -> list[PassageView]:
    """Passages between two issuers, seen from issuer `a`, the most telling first."""
    issuer_of = documents.select("doc_id", issuer=pl.col("issuer").fill_null(UNKNOWN))
    docs = {name: issuer_of.filter(pl.col("issuer") == name)["doc_id"].to_list() for name in (a, b)}
    forward = pl.col("a_doc").is_in(docs[a]) & pl.col("b_doc").is_in(docs[b])
    backward = pl.col("a_doc").is_in(docs[b]) & pl.col("b_doc").is_in(docs[a])
    rows = passages.filter(forward | backward).sort("information", "passage_id", descending=[True, False])
    mine = set(docs[a])
    return [
        _view(row, mine="a" if row["a_doc"] in mine else "b")
        for row in _with_words(rows, documents).iter_rows(named=True)
    ]
