"""The learning curve: how the figures grow with the number of bureaus whose measures are labelled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.decide import Answers
from pipeline.classification.evaluation import Fit, cross_answer
from pipeline.classification.labels import Targets
from pipeline.classification.metrics import score
from pipeline.classification.scorer import Decisions, Training

SHARES = (0.25, 0.5, 0.75)
"""Shares of the other folds' groups that are trained on; the whole is the classifier itself."""
FEWEST = 20
"""A share of fewer measures than this is left out: some fold may have but one category in it."""


def learning_curve(
    training: Training,
    goal: Targets,
    groups: list[str],
    folds: NDArray[np.int64],
    fit: Fit,
    full: Answers,
    min_support: int,
    seed: int,
) -> list[dict[str, float]]:
    """One row a share: mean `groups` and `measures` trained on in a fold, then micro-F1, macro-F1, primary accuracy.

    Whole groups are left out, in one random order (`seed`), so that a larger share holds the smaller ones.
    """
    order = np.random.default_rng(seed).permutation(sorted(set(groups))).tolist()
    rows = []
    for share in SHARES:
        kept = [_kept(groups, folds, fold, order, share) for fold in np.unique(folds)]
        if min(map(len, kept)) < FEWEST:
            continue
        decisions = Decisions.empty(training.inputs, training.labels.shape[1])
        for fold, chosen in zip(np.unique(folds), kept, strict=True):
            held = np.flatnonzero(folds == fold)
            decisions.put(held, fit(training.take(chosen))(training.inputs.take(held)))
        answers = cross_answer(decisions, goal, folds, min_support)
        rows.append(_row(answers, goal, groups, kept))
    whole = [np.flatnonzero(folds != fold) for fold in np.unique(folds)]
    return [*rows, _row(full, goal, groups, whole)]


def _kept(
    groups: Sequence[str], folds: NDArray[np.int64], fold: int, order: list[str], share: float
) -> NDArray[np.int64]:
    """Rows of the first groups of the order that are not in the fold."""
    others = {groups[row] for row in np.flatnonzero(folds != fold).tolist()}
    first = [name for name in order if name in others]
    chosen = set(first[: max(1, round(share * len(first)))])
    return np.array([row for row, name in enumerate(groups) if name in chosen], dtype=np.int64)


def _row(answers: Answers, goal: Targets, groups: list[str], kept: list[NDArray[np.int64]]) -> dict[str, float]:
    found = score(answers, goal, groups)
    return {
        "groups": float(np.mean([len({groups[i] for i in rows}) for rows in kept])),
        "measures": float(np.mean([len(rows) for rows in kept])),
        "micro_f1": round(found.micro_f1, 4),
        "macro_f1": round(found.macro_f1, 4),
        "primary_accuracy": round(found.primary_accuracy, 4),
    }
