"""Documents to measures, with the offsets of each in the clean and in the source text."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from pipeline.cleaning import OffsetMap
from pipeline.schemas import MEASURES
from pipeline.segmentation import SegmentedMeasure, segment
from pipeline.settings import Settings
from pipeline.stages.progress import Progress, silent
from pipeline.workspace import Workspace


def offset_map(document: dict[str, Any]) -> OffsetMap:
    """The offset map stored with a row of the documents table."""
    arrays = (np.asarray(document[f"map_{part}"], dtype=np.int64) for part in ("clean", "source", "length"))
    return OffsetMap(*arrays)


def _row(doc_id: str, measure: SegmentedMeasure, offsets: OffsetMap) -> dict[str, Any]:
    source = offsets.to_source(measure.start, measure.end)
    return {
        "measure_id": f"{doc_id}/{measure.path}",
        "doc_id": doc_id,
        "ordinal": measure.ordinal,
        "number": measure.number,
        "heading_path": list(measure.heading_path),
        "headline": measure.headline,
        "text": measure.text,
        "start": measure.start,
        "end": measure.end,
        "source_start": source.start,
        "source_end": source.end,
        "kind": measure.kind,
        "n_chars": len(measure.text),
        "targets": [asdict(target) for target in measure.targets],
        "citations": [asdict(citation) for citation in measure.citations],
        "deadlines": [asdict(deadline) for deadline in measure.deadlines],
        "duties": [asdict(duty) for duty in measure.duties],
        "flags": list(measure.flags),
    }


def segment_documents(
    documents: pl.DataFrame, settings: Settings, progress: Progress = silent
) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    """The measures table, and one outline a document: headings, what was passed over and why, counts."""
    rows: list[dict[str, Any]] = []
    outlines: list[dict[str, Any]] = []
    for done, document in enumerate(documents.iter_rows(named=True)):
        progress("cutting into measures", done, documents.height)
        result = segment(
            document["text"],
            title=document["title"],
            doc_type=document["doc_type"],
            plan_year=document["plan_year"],
            damaged=[(span["start"], span["end"]) for span in document["damaged"]],
            params=settings.segment,
        )
        offsets = offset_map(document)
        rows.extend(_row(document["doc_id"], measure, offsets) for measure in result.measures)
        outlines.append(
            {
                "doc_id": document["doc_id"],
                "source_path": document["source_path"],
                "n_measures": len(result.measures),
                "headings": [asdict(heading) for heading in result.outline],
                "skipped": [asdict(skipped) for skipped in result.skipped],
            }
        )
    progress("cutting into measures", documents.height, documents.height)
    return pl.DataFrame(rows, schema=MEASURES.schema, orient="row"), outlines


def run(workspace: Workspace, settings: Settings, progress: Progress = silent) -> pl.DataFrame:
    """The stage: `documents` to `measures`, `interim/outlines.jsonl` and metrics."""
    measures, outlines = segment_documents(workspace.read("documents"), settings, progress)
    workspace.write("measures", measures)
    workspace.write_jsonl("interim/outlines.jsonl", outlines)
    kinds = measures["kind"].value_counts().sort("kind")
    flags = measures["flags"].explode(empty_as_null=False).value_counts().sort("flags")
    workspace.write_json(
        "metrics/segment.json",
        {
            "n_measures": measures.height,
            "n_documents_without_measures": sum(1 for outline in outlines if not outline["n_measures"]),
            "mean_chars": round(int(measures["n_chars"].sum()) / max(1, measures.height), 2),
            "n_targets": int(measures["targets"].list.len().sum()),
            "n_citations": int(measures["citations"].list.len().sum()),
            **{f"n_{kind}": count for kind, count in kinds.iter_rows()},
            **{f"n_flag_{flag}": count for flag, count in flags.iter_rows()},
        },
    )
    return measures
