"""Everything about one measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pipeline.classification.codebook import Codebook
from pipeline.web.queries.citing import cite
from pipeline.web.queries.families import family_view
from pipeline.web.queries.items import MEASURE_ID, by_ids, items, row_of
from pipeline.web.queries.page_models import CategoryScore, MeasureView
from pipeline.web.queries.passages import of_measure
from pipeline.web.queries.reuse_models import FamilyView, RelatedView

MAX_RELATED = 30
MAX_PASSAGES = 60


@dataclass(frozen=True)
class Frames:
    """The frames a measure's page draws on."""

    wide: pl.DataFrame
    documents: pl.DataFrame
    assignments: pl.DataFrame
    reuse_pairs: pl.DataFrame
    passages: pl.DataFrame
    families: pl.DataFrame


def cues_in(codebook: Codebook, category: str, text: str) -> list[str]:
    """Cue words of a category that stand in `text`, the heaviest first, none inside a longer one already named."""
    if category not in codebook.index:
        return []
    found: list[str] = []
    for word, _ in codebook.category(category).weighted_cues:
        if word in text and not any(word in longer for longer in found):
            found.append(word)
    return found


def category_scores(rows: pl.DataFrame, codebook: Codebook, text: str) -> list[CategoryScore]:
    """Assignment rows of one measure with names and cue words, by rank."""
    scores = []
    for row in rows.sort("rank").iter_rows(named=True):
        known = row["category"] in codebook.index
        category = codebook.category(row["category"]) if known else None
        scores.append(
            CategoryScore(
                category=row["category"],
                zh=category.zh if category else row["category"],
                en=category.en if category else row["category"],
                probability=row["probability"],
                assigned=row["assigned"],
                primary=row["primary"],
                rank=row["rank"],
                source=row["source"],
                cues=cues_in(codebook, row["category"], text),
            )
        )
    return scores


def related(wide: pl.DataFrame, pairs: pl.DataFrame, measure_id: str) -> list[RelatedView]:
    """Measures paired with this one, the most similar first; relations are turned round where it is the later."""
    inverse = {"contains": "contained", "contained": "contains"}
    mine = pairs.filter((pl.col("a") == measure_id) | (pl.col("b") == measure_id))
    ordered = mine.sort("edit_similarity", "cosine", "a", "b", descending=[True, True, False, False]).head(MAX_RELATED)
    rows = list(ordered.iter_rows(named=True))
    others = {
        item.measure_id: item for item in by_ids(wide, [r["b"] if r["a"] == measure_id else r["a"] for r in rows])
    }
    views = []
    for row in rows:
        first = row["a"] == measure_id
        other = others.get(row["b"] if first else row["a"])
        if other is None:
            continue
        views.append(
            RelatedView(
                measure=other,
                relation=row["relation"] if first else inverse.get(row["relation"], row["relation"]),
                edit_similarity=row["edit_similarity"],
                covered=row["containment_a" if first else "containment_b"],
                covers=row["containment_b" if first else "containment_a"],
                cosine=row["cosine"],
            )
        )
    return views


def neighbours(wide: pl.DataFrame, row: dict[str, Any]) -> tuple[str | None, str | None]:
    """Ids of the measures before and after this one in its document."""
    position = row["position"]
    around = wide.slice(max(0, position - 1), 3 if position else 2)
    same = around.filter(pl.col("doc_id") == row["doc_id"])
    ids = dict(zip(same["position"], same["measure_id"], strict=True))
    return ids.get(position - 1), ids.get(position + 1)


def _family(frames: Frames, family_id: str | None) -> FamilyView | None:
    return family_view(frames.families, frames.wide, family_id) if family_id else None


def _versions(row: dict[str, Any], card: dict[str, Any]) -> dict[str, str]:
    found = {
        "sha256": row["sha256"],
        "model": row.get("model_digest"),
        "codebook": row.get("codebook"),
        "encoder": card.get("model"),
    }
    return {name: str(value) for name, value in found.items() if value}


def measure_view(
    frames: Frames, codebook: Codebook, measure_id: str, permalink: str, today: date, card: dict[str, Any]
) -> MeasureView:
    """The page of one measure; raises NotFoundError."""
    row = row_of(frames.wide, "measure_id", measure_id, "measure", MEASURE_ID)
    before, after = neighbours(frames.wide, row)
    context: Sequence[str] = [*row["heading_path"], row["headline"], row["text"]]
    own = frames.assignments.filter(pl.col("measure_id") == measure_id)
    return MeasureView(
        measure=items(frames.wide.slice(row["position"], 1))[0],
        **{name: row[name] for name in ("start", "end", "source_start", "source_end", "published", "posted")},
        previous=before,
        following=after,
        targets=row["targets"],
        citations=row["citations"],
        categories=category_scores(own, codebook, "\n".join(context)),
        related=related(frames.wide, frames.reuse_pairs, measure_id),
        passages=of_measure(frames.passages, frames.documents, measure_id)[:MAX_PASSAGES],
        family=_family(frames, row["family_id"]),
        cited_as=cite(row, permalink, today),
        versions=_versions(row, card),
    )
