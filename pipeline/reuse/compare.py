"""For people: two bureaus side by side, and what one bureau kept, changed, dropped and added from year to year."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import JucuoError
from pipeline.reuse.shares import share_matrix

if TYPE_CHECKING:
    from pipeline.settings import ReuseParams

KEPT = ("identical", "near")
"""Relations of a measure that was kept; any other relation means that it was changed."""

CHANGES = {
    "issuer": pl.String,
    "year_from": pl.Int64,
    "year_to": pl.Int64,
    "status": pl.String,
    "measure_from": pl.String,
    "measure_to": pl.String,
    "relation": pl.String,
    "edit_similarity": pl.Float64,
}


STATUSES = ("kept", "changed", "dropped", "added")


@dataclass(frozen=True)
class IssuerComparison:
    """What two issuers share.

    Attributes:
        issuer_a: one issuer.
        issuer_b: the other.
        raw_share_a: share of a's text in runs of eight characters that b uses too.
        raw_share_b: the same for b's text.
        distinctive_share_a: share of a's text in passages with b that are neither central nor common.
        distinctive_share_b: the same for b's text.
        passages: the passages of the two, most information first, with `a_text`, `b_text`, `a_issuer`, `b_issuer`.
        pairs: the related measures of the two, most alike first.
    """

    issuer_a: str
    issuer_b: str
    raw_share_a: float
    raw_share_b: float
    distinctive_share_a: float
    distinctive_share_b: float
    passages: pl.DataFrame
    pairs: pl.DataFrame


def _issuers(documents: pl.DataFrame, wanted: tuple[str, ...]) -> None:
    known = sorted(documents["issuer"].drop_nulls().unique())
    missing = [name for name in wanted if name not in known]
    if missing:
        raise JucuoError(
            f"no document of this corpus was issued by {' or '.join(missing)}",
            f"Issuers are: {', '.join(known) or 'none'}.",
        )


def _between(frame: pl.DataFrame, docs: pl.DataFrame, wanted: tuple[str, str]) -> pl.DataFrame:
    """Rows whose two documents were issued by the two issuers, in either order."""
    a, b = (docs.rename({"doc_id": f"{side}_doc", "issuer": f"{side}_issuer"}) for side in "ab")
    both = frame.join(a, on="a_doc").join(b, on="b_doc")
    one, two = (pl.col(f"{side}_issuer").is_in(list(wanted)) for side in "ab")
    return both.filter(one & two & (pl.col("a_issuer") != pl.col("b_issuer")))


def _with_texts(passages: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    for side in "ab":
        texts = documents.select(pl.col("doc_id").alias(f"{side}_doc"), pl.col("text").alias(f"{side}_text"))
        cut = pl.col(f"{side}_text").str.slice(pl.col(f"{side}_start"), pl.col(f"{side}_end") - pl.col(f"{side}_start"))
        passages = passages.join(texts, on=f"{side}_doc").with_columns(cut)
    return passages


def compare_issuers(
    issuer_a: str,
    issuer_b: str,
    documents: pl.DataFrame,
    pairs: pl.DataFrame,
    *,
    passages: pl.DataFrame,
    params: ReuseParams,
) -> IssuerComparison:
    """Put what two issuers share side by side; raises JucuoError for an issuer the corpus does not have."""
    wanted = (issuer_a, issuer_b)
    _issuers(documents, wanted)
    docs = documents.select("doc_id", "issuer")
    mine = documents.filter(pl.col("issuer").is_in(list(wanted)))
    shared = _with_texts(_between(passages, docs, wanted), mine.select("doc_id", "text"))
    measured = pairs.with_columns(pl.col(side).str.split("/").list.first().alias(f"{side}_doc") for side in "ab")
    shares = {row[0]: row[2:4] for row in share_matrix(mine, passages, params).iter_rows()}
    none = (0.0, 0.0)
    return IssuerComparison(
        issuer_a,
        issuer_b,
        raw_share_a=shares.get(issuer_a, none)[0],
        raw_share_b=shares.get(issuer_b, none)[0],
        distinctive_share_a=shares.get(issuer_a, none)[1],
        distinctive_share_b=shares.get(issuer_b, none)[1],
        passages=shared.sort("information", "passage_id", descending=[True, False]),
        pairs=_between(measured, docs, wanted).sort("edit_similarity", "a", "b", descending=[True, False, False]),
    )


def _matched(pairs: list[tuple[str, str, str, float]]) -> dict[str, tuple[str, str, float]]:
    """One counterpart for each measure: the most alike first, no measure twice."""
    taken: set[str] = set()
    chosen = {}
    for old, new, relation, similarity in sorted(pairs, key=lambda row: (row[2] not in KEPT, -row[3], row[0], row[1])):
        if old not in taken and new not in taken:
            taken |= {old, new}
            chosen[old] = (new, relation, similarity)
    return chosen


def changes_over_years(
    issuer: str, documents: pl.DataFrame, measures: pl.DataFrame, pairs: pl.DataFrame
) -> pl.DataFrame:
    """What became of an issuer's measures from each plan year to its next: kept, changed, dropped, added.

    A measure is `kept` if the next plan has it identical or near, `changed` if it is contained, contains or
    paraphrases one there. Only measures of kind `plan` count: a report of work done repeats last year's plan.

    Returns:
        `issuer`, `year_from`, `year_to`, `status`, `measure_from` (null if added), `measure_to` (null if dropped),
        `relation`, `edit_similarity`. Without two years there are no rows.

    Raises:
        JucuoError: the corpus has no such issuer.
    """
    _issuers(documents, (issuer,))
    docs = documents.filter(pl.col("issuer") == issuer, pl.col("plan_year").is_not_null())
    own = measures.filter(pl.col("kind") == "plan").join(docs.select("doc_id", "plan_year"), on="doc_id")
    year = dict(own.select("measure_id", "plan_year").iter_rows())
    years = sorted(set(year.values()))
    related = [
        row
        for row in pairs.select("a", "b", "relation", "edit_similarity").iter_rows()
        if row[0] in year and row[1] in year
    ]
    rows: list[tuple[object, ...]] = []
    for before, after in itertools.pairwise(years):
        step = [row for row in related if (year[row[0]], year[row[1]]) == (before, after)]
        chosen = _matched(step)
        for old in (measure for measure, when in year.items() if when == before):
            new, relation, similarity = chosen.get(old, (None, None, None))
            status = "dropped" if new is None else "kept" if relation in KEPT else "changed"
            rows.append((issuer, before, after, status, old, new, relation, similarity))
        found = {new for new, _, _ in chosen.values()}
        added = [measure for measure, when in year.items() if when == after and measure not in found]
        rows.extend((issuer, before, after, "added", None, measure, None, None) for measure in added)
    return pl.DataFrame(rows, schema=CHANGES, orient="row").sort(
        "year_from", "measure_from", "measure_to", nulls_last=True
    )


def count_changes(changes: pl.DataFrame) -> pl.DataFrame:
    """Of each step from year to year how many measures were kept, changed, dropped and added."""
    counts = (pl.col("status").eq(status).sum().cast(pl.Int64).alias(status) for status in STATUSES)
    return changes.group_by("year_from", "year_to").agg(counts).sort("year_from")
