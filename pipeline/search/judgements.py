"""A judged query set: queries of three kinds with graded answers, found again in a workspace's measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import JucuoError
from pipeline.search import relevance
from pipeline.search.query import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

OVERLAP = 0.5
"""Shared part of two stretches of a source, of both together, from which a measure cut anew is the one judged."""


@dataclass(frozen=True)
class JudgedQuery:
    """A query with the grades of its answers.

    Attributes:
        name: its id in the set.
        kind: `measure`, `topic` or `question`.
        held_back: whether it must not be tuned on.
        query: as search takes it; a measure query leaves out the measure's own document.
        grades: measure id -> 0 (unrelated), 1 (same field), 2 (same topic), 3 (same measure, or answers it).
    """

    name: str
    kind: str
    held_back: bool
    query: Query
    grades: Mapping[str, int]


def resolve(
    queries: Sequence[Mapping[str, Any]],
    judged: Sequence[Mapping[str, Any]],
    places: Mapping[str, tuple[str, int, int]],
    measures: pl.DataFrame,
    top: int = 10,
) -> list[JudgedQuery]:
    """Put a query set in terms of the measures at hand.

    Args:
        queries: `q`, `kind`, `split` and `measure_id` or `text`.
        judged: `q` and `grades`.
        places: judged or asked measure -> source path and stretch (offsets in the source text).
        measures: `measure_id`, `source_path`, `source_start`, `source_end`.
        top: hits every query asks for.

    Returns:
        The queries that can be asked; a judged measure that is not there any more is left out of the grades.

    Raises:
        JucuoError: when fewer than half of the judged measures are found: these are other documents.
    """
    found = _found(places, measures)
    if len(found) < len(places) * OVERLAP:
        raise JucuoError(
            f"{len(found)} of {len(places)} judged measures are in this workspace",
            "The query set is judged on another corpus; run the pipe on that one.",
        )
    grades = {row["q"]: {found[i]: grade for i, grade in row["grades"].items() if i in found} for row in judged}
    resolved = []
    for row in queries:
        asked = found.get(row.get("measure_id", ""))
        if row["q"] not in grades or (row["kind"] == "measure" and asked is None):
            continue
        query = Query(
            text=row.get("text"), measure_id=asked, other_documents=asked is not None, collapse=False, top=top
        )
        resolved.append(JudgedQuery(row["q"], row["kind"], row["split"] != "dev", query, grades[row["q"]]))
    return resolved


def scores(ranking: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """The measures of one ranking: `ndcg5`, `recall10`, `mrr` (of the first ten) and `judged5`."""
    return {
        "ndcg5": relevance.ndcg(ranking, grades, 5),
        "recall10": relevance.recall(ranking, grades, 10),
        "mrr": relevance.reciprocal_rank(ranking[:10], grades),
        "judged5": relevance.judged_share(ranking, grades, 5),
    }


def _found(places: Mapping[str, tuple[str, int, int]], measures: pl.DataFrame) -> dict[str, str]:
    """Judged id -> id of the measure that stands in the same place now."""
    columns = ("measure_id", "source_path", "source_start", "source_end")
    at: dict[str, list[tuple[int, int, str]]] = {}
    for measure_id, path, start, end in measures.select(columns).iter_rows():
        at.setdefault(path, []).append((start, end, measure_id))
    found = {}
    for measure_id, (path, start, end) in places.items():
        shared = [(_overlap((start, end), (a, b)), name) for a, b, name in at.get(path, [])]
        best, name = max(shared, default=(0.0, ""))
        if best >= OVERLAP:
            found[measure_id] = name
    return found


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared / max(1, max(one[1], other[1]) - min(one[0], other[0]))
