"""Measures to shared wording: pairs, passages, families."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from pipeline.reuse import build_families, find_pairs, find_passages
from pipeline.settings import Settings
from pipeline.stages.corpus import find
from pipeline.stages.embed import read_vectors
from pipeline.stages.ingest import ingest
from pipeline.stages.progress import Progress, silent
from pipeline.workspace import Workspace


def central_documents(settings: Settings) -> pl.DataFrame | None:
    """Documents of the folder `central`, which shared wording is traced to; None when none is named."""
    if settings.central is None:
        return None
    return ingest(find([Path(settings.central)]), settings).documents


def run(workspace: Workspace, settings: Settings, progress: Progress = silent) -> dict[str, Any]:
    """The stage: `reuse_pairs`, `passages`, `families` and metrics."""
    documents, measures = workspace.read("documents"), workspace.read("measures")
    vectors, mean = read_vectors(workspace, measures.height)
    progress("comparing measures", 0, 3)
    central = central_documents(settings)
    pairs = find_pairs(measures, documents, vectors, mean, settings.reuse, central=central)
    progress("comparing measures", 1, 3)
    passages = find_passages(documents, measures, settings.reuse, central)
    progress("comparing measures", 2, 3)
    families = build_families(measures, documents, pairs, settings.reuse)
    progress("comparing measures", 3, 3)
    for name, frame in (("reuse_pairs", pairs), ("passages", passages), ("families", families)):
        workspace.write(name, frame)
    relations = pairs["relation"].value_counts().sort("relation")
    origins = passages["origin"].value_counts().sort("origin")
    metrics = {
        "n_pairs": pairs.height,
        "n_passages": passages.height,
        "n_families": families["family_id"].n_unique(),
        **{f"n_pairs_{name}": count for name, count in relations.iter_rows()},
        **{f"n_passages_{name}": count for name, count in origins.iter_rows()},
    }
    workspace.write_json("metrics/reuse.json", metrics)
    return metrics
