"""Checks over all tables together: offsets lead back to the text, ids are unique and refer to something."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipeline.errors import JucuoError
from pipeline.schemas import MEASURES, Violation, dangling
from pipeline.stages.segment import offset_map
from pipeline.workspace import Workspace


def _sliced(measures: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    return measures.join(
        documents.select("doc_id", document_text="text", n_source=pl.col("source_text").str.len_chars()), on="doc_id"
    )


def _text_differs(joined: pl.DataFrame) -> list[Violation]:
    found = joined.filter(
        pl.col("document_text").str.slice(pl.col("start"), pl.col("end") - pl.col("start")) != pl.col("text")
    )
    return _as_violation(found, "text", "differs from the document's text at its offsets")


def _outside_source(joined: pl.DataFrame) -> list[Violation]:
    return _as_violation(
        joined.filter(pl.col("source_end") > pl.col("n_source")), "source_end", "lies beyond the source"
    )


def _as_violation(rows: pl.DataFrame, column: str, problem: str) -> list[Violation]:
    if rows.is_empty():
        return []
    return [Violation("measures", column, problem, rows.height, tuple(rows["measure_id"].head(5)))]


def _overlaps(measures: pl.DataFrame) -> list[Violation]:
    ordered = measures.sort("doc_id", "start")
    overlapping = ordered.filter(
        (pl.col("doc_id") == pl.col("doc_id").shift(1)) & (pl.col("start") < pl.col("end").shift(1))
    )
    return _as_violation(overlapping, "start", "overlaps the measure before it")


def _details_outside(measures: pl.DataFrame, column: str) -> list[Violation]:
    exploded = measures.select("measure_id", "start", "end", pl.col(column)).explode(column).drop_nulls(column)
    inner = exploded.filter(
        (pl.col(column).struct.field("start") < pl.col("start")) | (pl.col(column).struct.field("end") > pl.col("end"))
    )
    return _as_violation(inner, column, "lies outside its measure")


def _maps_back(documents: pl.DataFrame, measures: pl.DataFrame) -> list[Violation]:
    """Mapping a measure to the source and back must give the measure's own clean span."""
    bad = []
    by_document = measures.partition_by("doc_id", as_dict=True)
    for document in documents.iter_rows(named=True):
        own = by_document.get((document["doc_id"],))
        if own is None:
            continue
        offsets = offset_map(document)
        for row in own.select("measure_id", "start", "end", "source_start", "source_end").iter_rows(named=True):
            back = offsets.to_clean(row["source_start"], row["source_end"])
            if (back.start, back.end) != (row["start"], row["end"]):
                bad.append(row)
    return _as_violation(pl.DataFrame(bad), "source_start", "does not map back to the clean offsets") if bad else []


def find_violations(documents: pl.DataFrame, measures: pl.DataFrame) -> list[Violation]:
    """Everything wrong between the two tables; an empty list when nothing is."""
    joined = _sliced(measures, documents)
    return [
        *dangling(measures, "doc_id", documents, "doc_id", MEASURES),
        *_text_differs(joined),
        *_outside_source(joined),
        *_overlaps(measures),
        *(violation for details in ("targets", "citations") for violation in _details_outside(measures, details)),
        # spans outside their source are reported above, and have no way back
        *_maps_back(documents, joined.filter(pl.col("source_end") <= pl.col("n_source"))),
    ]


def run(workspace: Workspace) -> dict[str, Any]:
    """The stage: raise JucuoError with all violations, or write `metrics/validate.json`."""
    documents, measures = workspace.read("documents"), workspace.read("measures")
    found = find_violations(documents, measures)
    if found:
        lines = "\n  ".join(map(str, found))
        raise JucuoError(f"the tables contradict each other:\n  {lines}", "This is a fault of ours; please report it.")
    covered = int((measures["end"] - measures["start"]).sum())
    total = int(documents["text"].str.len_chars().sum())
    metrics = {
        "n_checked": measures.height,
        "n_violations": 0,
        "share_of_text_in_measures": round(covered / total, 4) if total else 0.0,
    }
    workspace.write_json("metrics/validate.json", metrics)
    return metrics
