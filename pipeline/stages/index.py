"""Measures and vectors to a search index; and questions to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from pipeline.errors import JucuoError
from pipeline.search import Filters, Query, SearchResult
from pipeline.search.index import SearchIndex
from pipeline.settings import Settings
from pipeline.stages.approximate import approximate_index
from pipeline.stages.embed import CachedEncoder, read_vectors
from pipeline.workspace import Workspace

HEADLINES, COUNTS = "features/search/headlines.npy", "features/search/counts.npz"
FILTERS = tuple(Filters.__dataclass_fields__)


def run(workspace: Workspace, settings: Settings, encoder: CachedEncoder | None = None) -> dict[str, Any]:
    """The stage: vectors of the headlines and counts of words and character pairs, which take long to make."""
    measures = workspace.read("measures")
    encode = encoder or CachedEncoder(settings)
    workspace.write_array(HEADLINES, encode(measures["headline"].to_list()))
    index = load_index(workspace, settings)
    workspace.write_arrays(COUNTS, index.arrays())
    metrics = {"n_indexed": len(index)}
    workspace.write_json("metrics/index.json", metrics)
    return metrics


def load_index(workspace: Workspace, settings: Settings) -> SearchIndex:
    """The search index of a workspace; raises JucuoError naming what to run when a part of it is missing."""
    measures, documents = workspace.read("measures"), workspace.read("documents")
    vectors, mean = read_vectors(workspace, measures.height)
    path = workspace.path(HEADLINES)
    if not path.exists():
        raise JucuoError(f"{path} does not exist", f"Run `jucuo run --workspace {workspace.root}` again.")
    counts = workspace.path(COUNTS)
    return SearchIndex.build(
        measures,
        documents,
        vectors,
        mean,
        assignments=workspace.read("assignments") if workspace.has("assignments") else None,
        params=settings.search,
        headlines=np.load(path, mmap_mode="r", allow_pickle=False),
        arrays=dict(np.load(counts, allow_pickle=False)) if counts.exists() else None,
        approximate=lambda dense: approximate_index(workspace, settings, dense),
    )


def similar(
    index: SearchIndex,
    settings: Settings,
    *,
    text: str | None = None,
    measure: str | None = None,
    examples: Sequence[str] | None = None,
    not_like: Sequence[str] = (),
    top: int = 10,
    other_documents: bool = False,
    other_issuers: bool = False,
    collapse: bool = True,
    **filters: Any,
) -> SearchResult:
    """Ask the index; the encoder loads only when a text is asked that is no measure of it.

    Raises JucuoError for an unknown filter, an unknown measure, or a query that asks for nothing.
    """
    unknown = sorted(set(filters) - set(FILTERS))
    if unknown:
        raise JucuoError(f"unknown filter {', '.join(unknown)}", f"Filters are {', '.join(FILTERS)}.")
    query = Query(
        text=text,
        measure_id=measure,
        examples=tuple(examples or ()),
        not_like=tuple(not_like),
        filters=Filters(**filters),
        other_documents=other_documents,
        other_issuers=other_issuers,
        top=top,
        collapse=collapse,
    )
    return index.search(query, CachedEncoder(settings))


def hits_frame(result: SearchResult) -> pl.DataFrame:
    """Hits as a frame: `rank`, `measure_id`, `score`, the reasons, and what the measure is."""
    rows = [
        {
            "rank": hit.rank,
            "measure_id": hit.measure_id,
            "score": hit.score,
            "meaning": hit.reasons.meaning,
            "wording": hit.reasons.wording,
            "in_one_sentence": hit.reasons.in_one_sentence,
            "same_measure": hit.reasons.same_measure,
            "same_topic": hit.reasons.same_topic,
            "relatedness": hit.reasons.relatedness,
            "shared": [asdict(span) for span in hit.shared],
            "duplicates": list(hit.duplicates),
            "doc_id": hit.doc_id,
            "issuer": hit.issuer,
            "province": hit.province,
            "year": hit.year,
            "kind": hit.kind,
            "headline": hit.headline,
            "text": hit.text,
        }
        for hit in result.hits
    ]
    span = pl.Struct(
        {
            "start": pl.Int64,
            "end": pl.Int64,
            "query_start": pl.Int64,
            "query_end": pl.Int64,
            "text": pl.String,
            "weight": pl.Float64,
        }
    )
    words = ("measure_id", "relatedness", "doc_id", "issuer", "province", "kind", "headline", "text")
    numbers = ("score", "meaning", "wording", "in_one_sentence", "same_measure", "same_topic")
    schema: dict[str, Any] = {"rank": pl.Int64} | dict.fromkeys(numbers, pl.Float64)
    schema |= {"year": pl.Int64, "shared": pl.List(span), "duplicates": pl.List(pl.String)} | dict.fromkeys(
        words, pl.String
    )
    order = ("rank", "measure_id", "score")
    return pl.DataFrame(rows, schema=schema).select(*order, pl.exclude(order))
