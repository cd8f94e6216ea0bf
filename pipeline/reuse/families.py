"""Families: measures that share one wording, each verified against the family's medoid.

Transitive closure chains A~B~C~... into false giants (859,091 members in one public case), so a family is a star:
one medoid, and only measures that are themselves near it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from pipeline.schemas import FAMILIES

if TYPE_CHECKING:
    from pipeline.settings import ReuseParams

_INVERSE = {"contains": "contained", "contained": "contains"}
_LATE = (9999, date.max)
_EDGE = ("relation", "edit_similarity")

Edges = dict[str, dict[str, tuple[float, str]]]
"""For each measure its neighbours: similarity, and the relation of the neighbour to the measure."""


def _edges(pairs: pl.DataFrame, params: ReuseParams) -> Edges:
    """Pairs near enough to stand for one another: near, identical, or each contained in the other (reordered)."""
    mutual = pl.min_horizontal("containment_a", "containment_b") >= params.containment
    kept = pairs.filter(
        pl.col("relation").is_in(["identical", "near"]) | (mutual & (pl.col("relation") != "paraphrase"))
    )
    edges: Edges = defaultdict(dict)
    for a, b, relation, similarity in kept.select("a", "b", *_EDGE).iter_rows():
        edges[b][a] = (similarity, relation)
        edges[a][b] = (similarity, _INVERSE.get(relation, relation))
    return edges


def _medoids(edges: Edges) -> dict[str, str]:
    """For each member its medoid: measures most similar to most others first, then the nearest medoid of each."""
    weight = {node: round(sum(similarity for similarity, _ in near.values()), 6) for node, near in edges.items()}
    medoid: dict[str, str] = {}
    for node in sorted(edges, key=lambda node: (-weight[node], node)):
        free = [other for other in edges[node] if other not in medoid]
        if node not in medoid and free:
            medoid.update(dict.fromkeys([node, *free], node))
    centres = set(medoid.values())
    for node in sorted(edges):
        near = [(-edges[node][other][0], other) for other in edges[node] if other in centres]
        if node not in centres and near:
            medoid[node] = min(near)[1]
    return medoid


def _members(edges: Edges) -> dict[str, list[str]]:
    families: dict[str, list[str]] = defaultdict(list)
    for node, centre in sorted(_medoids(edges).items()):
        families[centre].append(node)
    return {centre: members for centre, members in sorted(families.items()) if len(members) > 1}


def _family(
    centre: str, members: list[str], edges: Edges, facts: dict[str, tuple[str | None, int | None, date | None]]
) -> list[dict[str, object]]:
    def age(member: str) -> tuple[int, date]:
        _, year, published = facts[member]
        if year is None and published is None:
            return _LATE
        return (year or (published.year if published else 9999), published or date.max)

    earliest = min(members, key=lambda member: (age(member), member))
    first = min(age(member) for member in members)
    issuers = {facts[member][0] for member in members} - {None}
    first_issuers = {facts[member][0] for member in members if age(member) == first}
    known = first != _LATE
    identity = hashlib.sha256(earliest.encode()).hexdigest()[:12]
    return [
        {
            "family_id": f"f-{identity}",
            "measure_id": member,
            "is_medoid": member == centre,
            "similarity": 1.0 if member == centre else edges[centre][member][0],
            "n_members": len(members),
            "n_issuers": len(issuers),
            "first_year": first[0] if known else None,
            "first_issuer": next(iter(first_issuers)) if known and len(first_issuers) == 1 else None,
            "relation": "identical" if member == centre else edges[centre][member][1],
        }
        for member in members
    ]


def build_families(
    measures: pl.DataFrame, documents: pl.DataFrame, pairs: pl.DataFrame, params: ReuseParams
) -> pl.DataFrame:
    """Group measures around medoids.

    A measure is in at most one family. A family's id comes from its earliest member (then the smallest id), so that
    later documents join families without renaming them. `first_issuer` is the earliest known in this corpus, and
    null where several share the earliest date or none is known.

    Args:
        measures: the measures table.
        documents: the documents table (`issuer`, `plan_year`, `published`).
        pairs: the reuse_pairs table.
        params: thresholds.

    Returns:
        The families table, sorted by family and measure.
    """
    edges = _edges(pairs, params)
    meta = measures.select("measure_id", "doc_id").join(
        documents.select("doc_id", "issuer", "plan_year", "published"), on="doc_id", how="left"
    )
    facts = {
        row[0]: (row[1], row[2], row[3])
        for row in meta.select("measure_id", "issuer", "plan_year", "published").iter_rows()
        if row[0] in edges
    }
    rows = [row for centre, members in _members(edges).items() for row in _family(centre, members, edges, facts)]
    return pl.DataFrame(rows, schema=FAMILIES.schema).sort("family_id", "measure_id")
