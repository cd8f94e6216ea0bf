"""The classifier's card: what it is, what it was trained on, how well it does, what it is not good for."""

from __future__ import annotations

from typing import Any

from pipeline.classification.evaluation import FULL
from pipeline.classification.training import Trained
from pipeline.settings import TrainParams

_LIMITS = [
    "Probabilities are calibrated on the labelled corpus; on documents of another kind they are guesses.",
    "Cross-validated figures hold for issuers like the labelled ones; see the transfer figures for real documents.",
    "Categories with little support borrow most of their score from the codebook's cues and definitions.",
    "A measure about another field may still get a category: abstention was learned from few such measures.",
    "In reports of governments at large many labels are missed (figures: experiments/results/general-reports.md).",
]


def card(trained: Trained, params: TrainParams, encoder: dict[str, Any], sources: dict[str, str]) -> dict[str, Any]:
    """The card as JSON-ready dict: the same training run gives the same card.

    `encoder` is the identity of the vectors' encoder, `sources` names inputs by digest (corpus, labels).
    """
    classifier, evaluation, out = trained.classifier, trained.evaluation, trained.out_of_fold
    codebook = classifier.codebook
    each = classifier.decider.thresholds.each
    return {
        "digest": classifier.digest,
        "codebook": {"name": codebook.name, "digest": codebook.digest, "field": codebook.field},
        "labels": codebook.ids,
        "thresholds": {name: round(float(value), 4) for name, value in zip(codebook.ids, each, strict=True)},
        "shared_threshold": round(classifier.decider.thresholds.shared, 4),
        "first_threshold": round(classifier.decider.thresholds.first, 4),
        "parameters": params.model_dump(mode="json"),
        "encoder": encoder,
        "sources": sources,
        "n_labelled": len(out.rows),
        "n_groups": len(set(out.groups)),
        "support": {name: int(n) for name, n in zip(codebook.ids, out.targets.labels.sum(axis=0), strict=True)},
        "evaluation": evaluation.note if evaluation else "too few labelled measures or one group: not evaluated",
        "scores": evaluation.systems[FULL].flat() if evaluation else {},
        "systems": evaluation.table() if evaluation else [],
        "categories": evaluation.category_table() if evaluation else [],
        "learning_curve": evaluation.learning if evaluation else [],
        "confusions": [{"gold": a, "model": b, "n": n} for a, b, n in evaluation.confusions] if evaluation else [],
        "limits": _LIMITS,
    }
