"""Work on the labels themselves: which look wrong, and which measures to label next."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.classification.suspects import Suspect, suspects
from pipeline.classification.useful import Useful, doubt, most_useful
from pipeline.errors import JucuoError
from pipeline.settings import Settings
from pipeline.stages.classify import read_codebook
from pipeline.stages.embed import read_vectors
from pipeline.stages.labels import read_labels
from pipeline.stages.train import OUT_OF_FOLD
from pipeline.workspace import Workspace


def suspicious(workspace: Workspace) -> list[Suspect]:
    """Suspicious labels of the last training, the least believable first.

    Raises JucuoError when nothing was trained here, or on too few labels to hold any out.
    """
    path = workspace.path(OUT_OF_FOLD)
    table = pl.read_parquet(path) if path.exists() else None
    if table is None or table.is_empty():
        raise JucuoError(
            f"{path} holds no out-of-fold predictions",
            "Label at least 20 measures of two bureaus, then `jucuo run` or `dvc repro train`.",
        )
    ids = table["measure_id"].unique(maintain_order=True).to_list()
    categories = table["category"].unique(maintain_order=True).to_list()
    shape = (len(ids), len(categories))
    probabilities = table["probability"].to_numpy().reshape(shape)
    return suspects(probabilities, table["labelled"].to_numpy().reshape(shape), ids, categories)


def worth_labelling(workspace: Workspace, settings: Settings, top: int) -> list[Useful]:
    """Unlabelled measures of the workspace, the most useful first."""
    measures, assignments = workspace.read("measures"), workspace.read("assignments")
    vectors, mean = read_vectors(workspace, measures.height)
    codebook = read_codebook(settings)
    ids = measures["measure_id"].to_list()
    row = {name: i for i, name in enumerate(ids)}
    decided = {label.measure_id for label in read_labels(workspace, settings, codebook)}
    probabilities = np.zeros((len(ids), len(codebook.ids)))
    by_model = assignments.filter(pl.col("source") == "model").select("measure_id", "category", "probability")
    for measure_id, category, probability in by_model.iter_rows():
        probabilities[row[measure_id], codebook.index[category]] = probability
    moved = np.asarray(vectors) - mean
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    done = np.array([name in decided for name in ids], dtype=np.bool_)
    waiting = np.flatnonzero(~done)
    return most_useful([ids[i] for i in waiting], doubt(probabilities[waiting]), moved[waiting], moved[done], top)
