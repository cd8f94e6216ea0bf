"""Measures to policy categories, with the workspace's own classifier or the one that ships."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.classification import Codebook, Label
from pipeline.classification.codebook import load
from pipeline.errors import JucuoError
from pipeline.resources import shipped
from pipeline.settings import Settings
from pipeline.stages.embed import CachedEncoder, read_vectors
from pipeline.stages.labels import read_labels
from pipeline.stages.places import codebook_path
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.classification.model import Classifier

MODEL = "models/classifier.skops"
SHIPPED_MODEL = "model/classifier.skops"


def read_codebook(settings: Settings) -> Codebook:
    """The codebook the parameters name; raises JucuoError with all its problems."""
    path = codebook_path(settings)
    return load(path.read_text("utf-8"), str(path))


def classifier_path(workspace: Workspace) -> Path:
    """The workspace's own classifier if it has one, else the shipped one."""
    own = workspace.path(MODEL)
    return own if own.exists() else shipped(SHIPPED_MODEL)


def load_classifier(workspace: Workspace, settings: Settings) -> Classifier:
    """The classifier to use; raises JucuoError when it was trained for another codebook."""
    from pipeline.classification import store

    path = classifier_path(workspace)
    classifier = store.loads(path.read_bytes())
    wanted = read_codebook(settings)
    if classifier.codebook.ids != wanted.ids:
        raise JucuoError(
            f"{path} was trained for the codebook {classifier.codebook.name}, not for {wanted.name}",
            "Train one with labels for this codebook, or name the other one in the parameter `taxonomy`.",
        )
    return classifier


def titles_of(documents: pl.DataFrame) -> Mapping[str, str]:
    """Document id to title."""
    return dict(documents.select("doc_id", "title").iter_rows())


def with_decisions(assigned: pl.DataFrame, decisions: list[Label]) -> pl.DataFrame:
    """The model's assignments, replaced by the analyst's for every measure somebody has decided.

    The model's probabilities stay beside the decision, so that a review can see where both differ.
    """
    if not decisions:
        return assigned
    wanted = pl.DataFrame(
        [(d.measure_id, c, c == d.primary, d.codebook) for d in decisions for c in d.labels],
        schema={
            "measure_id": pl.String,
            "category": pl.String,
            "decided_primary": pl.Boolean,
            "decided_codebook": pl.String,
        },
        orient="row",
    )
    decided = pl.DataFrame({"measure_id": sorted({d.measure_id for d in decisions})})
    ours = assigned.join(decided, on="measure_id", how="semi")
    merged = (
        ours.join(wanted, on=["measure_id", "category"], how="full", coalesce=True)
        .with_columns(
            assigned=pl.col("decided_primary").is_not_null(),
            primary=pl.col("decided_primary").fill_null(value=False),
            source=pl.lit("analyst"),
            probability=pl.col("probability").fill_null(0.0),
            model_digest=pl.col("model_digest").fill_null(pl.col("model_digest").max()).fill_null(""),
            codebook=pl.coalesce("decided_codebook", "codebook"),
            rank=pl.col("rank").fill_null(pl.col("rank").max().over("measure_id").fill_null(0) + 1),
        )
        .select(assigned.columns)
    )
    return pl.concat([assigned.join(decided, on="measure_id", how="anti"), merged]).sort(
        "measure_id", "rank", "category"
    )


def run(workspace: Workspace, settings: Settings, encoder: CachedEncoder | None = None) -> dict[str, Any]:
    """The stage: `measures` and vectors to `assignments`; analysts' decisions replace the model's."""
    encode = encoder or CachedEncoder(settings)
    documents, measures = workspace.read("documents"), workspace.read("measures")
    vectors, _ = read_vectors(workspace, measures.height)
    classifier = load_classifier(workspace, settings)
    model = classifier.assign(measures, titles_of(documents), vectors, encode)
    known = set(measures["measure_id"])
    reviewed = [
        label
        for label in read_labels(workspace, settings, classifier.codebook, only="reviewed")
        if label.measure_id in known
    ]
    assignments = with_decisions(model.sort("measure_id", "rank", "category"), reviewed)
    workspace.write("assignments", assignments)
    labelled = assignments.filter(pl.col("assigned"))
    metrics = {
        "n_assigned": labelled.height,
        "n_without_category": measures.height - labelled["measure_id"].n_unique(),
        "n_decided_by_analysts": len(reviewed),
        "mean_labels": round(labelled.height / max(1, measures.height), 4),
    }
    workspace.write_json("metrics/classify.json", metrics)
    return metrics | {"classifier": classifier.digest}
