"""Labels and vectors to a classifier, its card, its examples and its evaluation."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipeline.classification import Label
from pipeline.errors import JucuoError
from pipeline.resources import shipped
from pipeline.settings import Settings
from pipeline.stages.classify import MODEL, read_codebook, titles_of
from pipeline.stages.embed import CachedEncoder, read_vectors
from pipeline.stages.labels import read_labels
from pipeline.workspace import Workspace, atomic

if TYPE_CHECKING:
    from pipeline.classification import Codebook
    from pipeline.classification.evaluation import Evaluation
    from pipeline.classification.training import Trained

CARD, EXAMPLES = "models/classifier.json", "models/examples.parquet"
OUT_OF_FOLD = "models/out_of_fold.parquet"
SHIPPED_EXAMPLES = "model/examples.parquet"
CONTEXT = ("measure_id", "doc_id", "heading_path", "headline", "text")


def has_labels(workspace: Workspace, settings: Settings) -> bool:
    """Whether any label of the workspace is about one of its measures."""
    known = set(workspace.read("measures")["measure_id"])
    return any(label.measure_id in known for label in read_labels(workspace, settings, read_codebook(settings)))


def _examples(measures: pl.DataFrame, documents: pl.DataFrame, labels: list[Label]) -> pl.DataFrame:
    """The labelled measures with all the classifier sees of them: enough to train again without the corpus."""
    latest = {label.measure_id: label for label in labels}
    rows = pl.DataFrame(
        [(n.measure_id, n.primary, n.labels, n.omnibus, n.annotator, n.codebook) for n in latest.values()],
        schema={
            "measure_id": pl.String,
            "primary": pl.String,
            "labels": pl.List(pl.String),
            "omnibus": pl.Boolean,
            "annotator": pl.String,
            "codebook": pl.String,
        },
        orient="row",
    )
    titled = measures.select(CONTEXT).join(documents.select("doc_id", "title"), on="doc_id")
    return titled.join(rows, on="measure_id").sort("measure_id")


def _with_shipped(own: pl.DataFrame) -> pl.DataFrame:
    """The workspace's examples and those that ship, unless the corpus is the very one they come from."""
    try:
        path = shipped(SHIPPED_EXAMPLES)
    except FileNotFoundError:
        return own
    base = pl.read_parquet(path)
    if base.join(own, on="doc_id", how="semi").height:
        return own
    return pl.concat([own, base.select(own.columns)]).sort("measure_id")


def labels_of(examples: pl.DataFrame) -> list[Label]:
    """Labels of an examples table."""
    columns = ("measure_id", "primary", "labels", "annotator", "codebook", "omnibus")
    return [Label(**row) for row in examples.select(columns).iter_rows(named=True)]


def groups_of(examples: pl.DataFrame, documents: pl.DataFrame) -> dict[str, str]:
    """Document to issuer: a bureau's plans of two years share half their wording, so a fold must not split them."""
    known = dict(documents.select("doc_id", "issuer").drop_nulls().iter_rows())
    return {doc_id: known.get(doc_id, doc_id) for doc_id in examples["doc_id"].unique()}


def run(workspace: Workspace, settings: Settings, encoder: CachedEncoder | None = None) -> dict[str, Any]:
    """The stage: train on the workspace's labels (and the shipped examples), write model, card, metrics, plots."""
    encode = encoder or CachedEncoder(settings)
    from pipeline.classification import store
    from pipeline.classification.card import card
    from pipeline.classification.training import train

    documents, measures = workspace.read("documents"), workspace.read("measures")
    read_vectors(workspace, measures.height)
    codebook = read_codebook(settings)
    own = _examples(measures, documents, read_labels(workspace, settings, codebook))
    if own.is_empty():
        raise JucuoError(
            f"no label in {', '.join(settings.labels)} is about a measure of this corpus",
            "Label some measures (`jucuo serve`, then /review), or leave the shipped classifier in place.",
        )
    examples = _with_shipped(own)
    trained = train(
        examples,
        titles_of(examples),
        encode(examples["text"].to_list()),
        labels_of(examples),
        codebook,
        settings.train,
        settings.seed,
        encode,
        groups_of(examples, documents),
    )
    atomic(workspace.path(MODEL), lambda path: path.write_bytes(store.dumps(trained.classifier)))
    atomic(workspace.path(EXAMPLES), lambda path: examples.write_parquet(path, compression="zstd", statistics=False))
    unseen = _out_of_fold(trained, codebook, examples["measure_id"])
    atomic(workspace.path(OUT_OF_FOLD), lambda path: unseen.write_parquet(path, compression="zstd", statistics=False))
    sources = {"own examples": str(own.height), "shipped examples": str(examples.height - own.height)}
    workspace.write_json(CARD, card(trained, settings.train, asdict(encode.encoder.identity), sources))
    return _write_evaluation(workspace, trained.evaluation)


def _out_of_fold(trained: Trained, codebook: Codebook, measure_ids: pl.Series) -> pl.DataFrame:
    """One row a (labelled measure, category): what models that had not seen the measure say, and its label."""
    out, k = trained.out_of_fold, len(codebook.ids)
    n = len(out.rows) if trained.evaluation else 0
    return pl.DataFrame(
        {
            "measure_id": measure_ids.gather(np.repeat(out.rows[:n], k)),
            "category": codebook.ids * n,
            "fold": np.repeat(out.folds[:n], k),
            "probability": out.answers.probabilities[:n].ravel(),
            "assigned": out.answers.assigned[:n].ravel(),
            "labelled": out.targets.labels[:n].ravel(),
        },
        schema_overrides={"category": pl.String},
    )


def _write_evaluation(workspace: Workspace, evaluation: Evaluation | None) -> dict[str, Any]:
    """Metrics and plots; with too few labelled documents to hold any out there are none, and the file says so."""
    metrics: dict[str, Any] = evaluation.metrics() if evaluation else {"n_groups": 1}
    workspace.write_json("metrics/train.json", metrics)
    plots: dict[str, list[dict[str, Any]]] = {
        "systems": [dict(row) for row in evaluation.table()] if evaluation else [],
        "categories": [dict(row) for row in evaluation.category_table()] if evaluation else [],
        "calibration": [dict(row) for row in evaluation.reliability] if evaluation else [],
        "learning": [dict(row) for row in evaluation.learning] if evaluation else [],
        "confusions": [{"gold": a, "model": b, "n": n} for a, b, n in evaluation.confusions] if evaluation else [],
    }
    for name, rows in plots.items():
        workspace.write_text(f"metrics/plots/{name}.csv", pl.DataFrame(rows).write_csv())
    return metrics
