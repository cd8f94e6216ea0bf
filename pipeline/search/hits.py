"""Rows of a ranking to hits with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.search.explain import shared_spans
from pipeline.search.query import Hit, Reasons
from pipeline.search.scale import relatedness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.search.asking import Asked
    from pipeline.search.dense import DenseIndex
    from pipeline.search.fusion import Fused
    from pipeline.search.table import MeasureTable


@dataclass(frozen=True)
class Ranked:
    """A fused ranking, and where the single scores come from."""

    fused: Fused
    dense: DenseIndex
    scores: Mapping[str, np.ndarray]


def make_hits(
    groups: Sequence[tuple[int, list[int]]],
    table: MeasureTable,
    ranked: Ranked,
    asked: Asked,
    terms: tuple[str, ...],
    *,
    idf: Callable[[str], float],
    common: float,
) -> list[Hit]:
    """Hits of a ranking, best first; `groups` are rows with the rows collapsed into them."""
    rows = np.array([row for row, _ in groups], np.int64)
    vectors = ranked.dense.rows(rows)
    nearest = np.argmax(vectors @ asked.vectors.T, axis=1).tolist()
    meaning = (vectors @ asked.dense).tolist()
    place = {row: at for at, row in enumerate(ranked.fused.rows.tolist())}
    ids = table.measures["measure_id"]
    hits = []
    for i, (row, duplicates) in enumerate(groups):
        like = asked.texts[nearest[i]]
        record = table.record(row)
        hits.append(
            Hit(
                rank=i + 1,
                score=round(float(ranked.fused.scores[place[row]]), 6),
                reasons=_reasons(row, place[row], meaning[i], ranked, terms),
                shared=shared_spans(like, record["text"], idf, common, terms),
                like=like,
                duplicates=tuple(ids[duplicate] for duplicate in duplicates),
                **_described(record),
            )
        )
    return hits


def _reasons(row: int, place: int, meaning: float, ranked: Ranked, terms: tuple[str, ...]) -> Reasons:
    fused = ranked.fused
    wording = float(ranked.scores["words"][row])
    return Reasons(
        meaning=round(meaning, 4),
        wording=round(wording, 4),
        characters=round(float(ranked.scores["characters"][row]), 4),
        relatedness=relatedness(meaning, wording),
        ranks={name: int(ranks[place]) for name, ranks in fused.ranks.items() if ranks[place]},
        share_of_meaning=round(float(fused.parts["meaning"][place] / fused.scores[place]), 4),
        terms=terms,
    )


def _described(record: dict[str, Any]) -> dict[str, Any]:
    """What a hit says of its measure and document."""
    same = ("measure_id", "doc_id", "text", "headline", "kind", "title", "issuer", "province")
    return {name: record[name] for name in same} | {
        "heading_path": tuple(record["heading_path"]),
        "year": record["plan_year"],
    }
