"""Measures to shared wording: pairs, passages, families."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.reuse import build_families, detect_pairs, detect_passages, update_pairs, update_passages
from pipeline.settings import Settings
from pipeline.stages import reuse_state as state
from pipeline.stages.corpus import find
from pipeline.stages.embed import read_vectors
from pipeline.stages.ingest import ingest
from pipeline.stages.progress import Progress, silent
from pipeline.stages.reuse_state import State
from pipeline.workspace import Workspace


def central_documents(settings: Settings) -> pl.DataFrame | None:
    """Documents of the folder `central`, which shared wording is traced to; None when none is named."""
    if settings.central is None:
        return None
    return ingest(find([Path(settings.central)]), settings).documents


def _compare(
    workspace: Workspace,
    settings: Settings,
    known: State | None,
    central: pl.DataFrame | None,
    tick: Callable[[], None],
) -> State:
    """Pairs and passages: from what is known where there is something, else from scratch, with equal results."""
    documents, measures = workspace.read("documents"), workspace.read("measures")
    vectors, mean = read_vectors(workspace, measures.height)
    params, facts = settings.reuse, state.measured(documents, measures, vectors)
    if known is None:
        related = detect_pairs(measures, documents, vectors, mean, params, central=central)
        tick()
        return State(related, detect_passages(documents, measures, params, central), facts)
    added = facts.join(known.measured, on=["doc_id", "digest"], how="anti")["doc_id"].to_list()
    related = update_pairs(
        known.related, measures, documents, vectors, mean, params=params, added=added, central=central
    )
    tick()
    return State(related, update_passages(known.detected, documents, measures, params, central), facts)


def run(workspace: Workspace, settings: Settings, progress: Progress = silent, *, grow: bool = False) -> dict[str, Any]:
    """The stage: `reuse_pairs`, `passages`, `families` and metrics.

    With `grow`, continues from the state that the last such run left in the workspace and leaves one itself; the
    result is that of a rebuild.
    """
    steps = itertools.count()

    def tick() -> None:
        progress("comparing measures", next(steps), 3)

    tick()
    central = central_documents(settings)
    key = state.context(settings.reuse, read_vectors(workspace, workspace.read("measures").height)[1], central)
    found = _compare(workspace, settings, state.read(workspace, key) if grow else None, central, tick)
    tick()
    documents, measures = workspace.read("documents"), workspace.read("measures")
    families = build_families(measures, documents, found.related.pairs, settings.reuse)
    tick()
    pairs, passages = found.related.pairs, found.detected.passages
    for name, frame in (("reuse_pairs", pairs), ("passages", passages), ("families", families)):
        workspace.write(name, frame)
    if grow:
        state.write(workspace, key, found)
    metrics = _metrics(pairs, passages, families)
    workspace.write_json("metrics/reuse.json", metrics)
    return metrics


def _metrics(pairs: pl.DataFrame, passages: pl.DataFrame, families: pl.DataFrame) -> dict[str, Any]:
    relations = pairs["relation"].value_counts().sort("relation")
    origins = passages["origin"].value_counts().sort("origin")
    return {
        "n_pairs": pairs.height,
        "n_passages": passages.height,
        "n_families": families["family_id"].n_unique(),
        **{f"n_pairs_{name}": count for name, count in relations.iter_rows()},
        **{f"n_passages_{name}": count for name, count in origins.iter_rows()},
    }
