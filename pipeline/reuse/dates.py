"""Which of two documents is the earlier in this corpus; where dates are missing or equal it stays unknown."""

from __future__ import annotations

import polars as pl

MISSING = -1_000_000
"""Stands for no date: a day 2,700 years before 1970 and no year of ours."""


def ordering(documents: pl.DataFrame) -> pl.DataFrame:
    """For each document its date as a number of days and its plan year, `MISSING` where unknown.

    The date is the document's own (`published`). The day a web page was posted says nothing: a plan of 2010 may be
    posted in 2022.
    """
    return documents.select(
        "doc_id",
        day=pl.col("published").cast(pl.Int32).fill_null(MISSING).cast(pl.Int64),
        year=pl.col("plan_year").fill_null(MISSING),
    )


def sign(day_a: pl.Expr, year_a: pl.Expr, day_b: pl.Expr, year_b: pl.Expr) -> pl.Expr:
    """-1 where a is the earlier, 1 where b is, 0 where unknown: own dates if both have one, else plan years."""
    published = (day_a > MISSING) & (day_b > MISSING)
    planned = (year_a > MISSING) & (year_b > MISSING)
    return (
        pl.when(published)
        .then((day_a - day_b).sign())
        .when(planned)
        .then((year_a - year_b).sign())
        .otherwise(0)
        .cast(pl.Int64)
    )


def is_swapped(frame: pl.DataFrame, order: pl.DataFrame, ids: tuple[str, str]) -> pl.Series:
    """Whether the sides of each row must change places so that a is the earlier, or the smaller of `ids` on a tie."""
    a, b = ids
    later = (pl.col("sign") > 0) | ((pl.col("sign") == 0) & (pl.col(a) > pl.col(b)))
    return dated(frame, order).select(later).to_series()


def dated(frame: pl.DataFrame, order: pl.DataFrame) -> pl.DataFrame:
    """`frame`, which has `a_doc` and `b_doc`, with `day_a`, `year_a`, `day_b`, `year_b` and `sign`."""
    joined = frame
    for side in "ab":
        names = {"doc_id": f"{side}_doc", "day": f"day_{side}", "year": f"year_{side}"}
        joined = joined.join(order.rename(names), on=f"{side}_doc", how="left", maintain_order="left")
    return joined.with_columns(sign=sign(pl.col("day_a"), pl.col("year_a"), pl.col("day_b"), pl.col("year_b")))
