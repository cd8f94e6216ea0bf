"""Numbers behind the report's pictures: who does how much of what, and who shares how much with whom."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

UNKNOWN = "(未知单位)"
SHOWN_SHARE = 0.005
"""A smaller share would be printed as 0%."""


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


def shared_between_issuers(shares: pl.DataFrame, limit: int = 40) -> HeatMap:
    """Distinctive share of the row issuer's text that the column issuer has too; raw share in each cell's title.

    `shares` is what `reuse.share_matrix` returns. Rows and columns are the issuers that share most, at most `limit`,
    sorted by name; the diagonal is left empty.
    """
    weight = (
        shares.group_by("issuer_a")
        .agg(pl.col("distinctive_share").sum())
        .sort("distinctive_share", "issuer_a", descending=[True, False])
    )
    shown = sorted(weight["issuer_a"].head(limit).to_list())
    known = {
        (mine, other): (distinctive, raw)
        for mine, other, distinctive, raw in shares.select(
            "issuer_a", "issuer_b", "distinctive_share", "raw_share"
        ).iter_rows()
    }
    rows = [
        (mine, [_share_cell(mine, other, *known.get((mine, other), (0.0, 0.0))) for other in shown]) for mine in shown
    ]
    return HeatMap(shown, rows, max(0, weight.height - limit))


def _share_cell(mine: str, other: str, distinctive: float, raw: float) -> Cell:
    if mine == other:
        return Cell(0.0, "", mine)
    title = f"{mine} 的文字 {distinctive:.1%} 为与 {other} 特有的共用，{raw:.1%} 为任何相同文字"
    return Cell(distinctive, f"{distinctive:.0%}" if distinctive >= SHOWN_SHARE else "", title)
