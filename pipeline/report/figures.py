"""Numbers behind the report's pictures: who does how much of what, and who shares how much with whom."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

UNKNOWN = "(未知单位)"


@dataclass(frozen=True)
class Cell:
    """One square of a heat map: `share` in 0..1 sets the colour, `label` is printed, `title` explains it."""

    share: float
    label: str
    title: str


@dataclass(frozen=True)
class HeatMap:
    """A labelled matrix; `omitted` rows were left out because the page would not stay readable."""

    columns: list[str]
    rows: list[tuple[str, list[Cell]]]
    omitted: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows


def issuer_of(documents: pl.DataFrame) -> pl.DataFrame:
    """`doc_id`, `issuer` (never null) and `plan_year` of every document."""
    return documents.select("doc_id", pl.col("issuer").fill_null(UNKNOWN), "plan_year")


def categories_by_issuer(
    documents: pl.DataFrame, measures: pl.DataFrame, assignments: pl.DataFrame, names: dict[str, str], limit: int = 60
) -> HeatMap:
    """Share of each issuer's measures whose primary category is the column's.

    Rows are the `limit` issuers with most measures, sorted by name; columns follow the codebook's order.
    """
    primary = assignments.filter(pl.col("primary")).select("measure_id", "category")
    joined = (
        measures.select("measure_id", "doc_id")
        .join(issuer_of(documents), on="doc_id")
        .join(primary, on="measure_id", how="left")
    )
    totals = joined.group_by("issuer").len("total").sort("total", "issuer", descending=[True, False])
    shown = totals.head(limit).sort("issuer")
    counts = {(i, c): n for i, c, n in joined.group_by("issuer", "category").len().iter_rows()}
    columns: list[str | None] = [*names, None]
    rows = [
        (f"{issuer}（{total}）", [_category_cell(issuer, c, counts.get((issuer, c), 0), total, names) for c in columns])
        for issuer, total in shown.iter_rows()
    ]
    return HeatMap([*names.values(), "无类别"], rows, max(0, totals.height - limit))


def _category_cell(issuer: str, category: str | None, count: int, total: int, names: dict[str, str]) -> Cell:
    name = names[category] if category else "无类别"
    return Cell(count / total, str(count or ""), f"{issuer} · {name}: {count} / {total}")


def shared_between_issuers(documents: pl.DataFrame, passages: pl.DataFrame, limit: int = 40) -> HeatMap:
    """Characters of the row's documents that also stand in the column's, as a share of the row's text.

    Overlapping passages are merged first, so that no character counts twice. Rows and columns are the issuers
    that share most, at most `limit`, sorted by name; the diagonal is the bureau's own series over the years.
    """
    issuers = issuer_of(documents)
    spans = pl.concat([_side(passages, issuers, "a", "b"), _side(passages, issuers, "b", "a")])
    if spans.is_empty():
        return HeatMap([], [])
    covered = _covered(spans)
    length = documents.select("doc_id", n=pl.col("text").str.len_chars()).join(issuers, on="doc_id")
    totals = {issuer: n for issuer, n in length.group_by("issuer").agg(pl.col("n").sum()).iter_rows()}
    shares = {(mine, other): n / totals[mine] for mine, other, n in covered.iter_rows()}
    weight = covered.group_by("issuer").agg(pl.col("n").sum()).sort("n", "issuer", descending=[True, False])
    shown = sorted(weight["issuer"].head(limit).to_list())
    rows = [(mine, [_share_cell(mine, other, shares.get((mine, other), 0.0)) for other in shown]) for mine in shown]
    return HeatMap(shown, rows, max(0, weight.height - limit))


def _share_cell(mine: str, other: str, share: float) -> Cell:
    what = "历年之间" if mine == other else f"亦见于 {other}"
    return Cell(share, f"{share:.0%}" if share >= 0.005 else "", f"{mine} 的文字 {share:.1%} {what}")


def _side(passages: pl.DataFrame, issuers: pl.DataFrame, mine: str, other: str) -> pl.DataFrame:
    return (
        passages.select(
            doc_id=pl.col(f"{mine}_doc"),
            start=pl.col(f"{mine}_start"),
            end=pl.col(f"{mine}_end"),
            other_doc=pl.col(f"{other}_doc"),
        )
        .join(issuers.select("doc_id", "issuer"), on="doc_id")
        .join(issuers.select(other_doc="doc_id", other="issuer"), on="other_doc")
    )


def _covered(spans: pl.DataFrame) -> pl.DataFrame:
    """Length of the union of spans for each (issuer, other): a span adds what reaches beyond all before it."""
    group = ["issuer", "other", "doc_id"]
    ordered = spans.sort(*group, "start", "end")
    reached = pl.col("end").cum_max().shift(1).over(group).fill_null(0)
    gain = (pl.col("end") - pl.max_horizontal(pl.col("start"), reached)).clip(lower_bound=0)
    return ordered.with_columns(n=gain).group_by("issuer", "other").agg(pl.col("n").sum()).sort("issuer", "other")
