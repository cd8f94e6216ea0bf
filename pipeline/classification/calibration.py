"""From decision scores to probabilities, from probabilities to labels: everything learned out of fold.

One stack of scores serves all categories: a rare category has too few positives for a calibration of its own.
Thresholds maximise F1 a category, pulled towards the shared one by how little was seen of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

SHRINK = 25.0
"""Positives at which a category's own threshold counts as much as the shared one (findings.md: they overfit)."""
_GRID = np.round(np.arange(0.05, 0.951, 0.01), 2)


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)))


@dataclass(frozen=True)
class Stack:
    """Calibrated log-odds = prior * (codebook's log-odds) + heads * (labelled measures' log-odds) + bias.

    Platt scaling (Platt 1999) with two inputs: out of fold the heads earn the weight they deserve on documents of
    other bureaus. One stack serves all categories.
    """

    prior: float
    heads: float
    bias: float

    @classmethod
    def fit(cls, prior: NDArray[np.float64], heads: NDArray[np.float64], truth: NDArray[np.bool_]) -> Stack:
        """Fit on out-of-fold log-odds, all (n, k); columns without a positive say nothing and are left out.

        The mild regularisation is nothing beside 20,000 pairs, but keeps a few dozen from certainty.
        """
        known = truth.any(axis=0)
        if not known.any() or truth[:, known].all():
            return PRIOR_ALONE
        features = np.stack([prior[:, known].ravel(), heads[:, known].ravel()], axis=1)
        model = LogisticRegression(C=1.0, max_iter=500).fit(features, truth[:, known].ravel())
        return cls(float(model.coef_[0, 0]), float(model.coef_[0, 1]), float(model.intercept_[0]))

    def log_odds(self, prior: NDArray[np.float64], heads: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, the shape of the inputs."""
        return np.asarray(self.prior * prior + self.heads * heads + self.bias)


PRIOR_ALONE = Stack(1.0, 0.0, 0.0)
"""Where there is nothing to learn the stack from."""


def f1_by_threshold(probabilities: NDArray[np.float64], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """F1 at every threshold of the grid, over all entries of both arrays."""
    chosen = probabilities.ravel()[:, None] >= _GRID
    hits = (chosen & truth.ravel()[:, None]).sum(axis=0)
    return np.asarray(2 * hits / np.maximum(chosen.sum(axis=0) + truth.sum(), 1))


def _best(scores: NDArray[np.float64]) -> float:
    """Middle of the thresholds that reach the best score: the edge of a plateau is luck."""
    return float(_GRID[np.flatnonzero(scores >= scores.max() - 1e-9)].mean())


@dataclass(frozen=True)
class Thresholds:
    """`each` (k,) from which a category is assigned; `first`: from which the most probable one is, if none else is."""

    each: NDArray[np.float64]
    shared: float
    first: float

    @classmethod
    def fit(cls, probabilities: NDArray[np.float64], labels: NDArray[np.bool_], min_support: int) -> Thresholds:
        """Choose on out-of-fold probabilities (n, k); categories with fewer positives take the shared threshold."""
        shared = _best(f1_by_threshold(probabilities, labels))
        each = np.full(labels.shape[1], shared)
        for column in range(labels.shape[1]):
            support = int(labels[:, column].sum())
            if support >= min_support:
                own = _best(f1_by_threshold(probabilities[:, column], labels[:, column]))
                each[column] = (support * own + SHRINK * shared) / (support + SHRINK)
        return cls(each, shared, _first_threshold(probabilities, labels, each))

    def assign(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n, k): at or above its threshold, or the most probable one when nothing is and it reaches `first`."""
        chosen = probabilities >= self.each
        best = probabilities.argmax(axis=1)
        alone = ~chosen.any(axis=1) & (probabilities.max(axis=1) >= self.first)
        chosen[np.flatnonzero(alone), best[alone]] = True
        return np.asarray(chosen)


def _first_threshold(probabilities: NDArray[np.float64], labels: NDArray[np.bool_], each: NDArray[np.float64]) -> float:
    """The lower threshold for measures that would get nothing: most of them have a category all the same."""
    chosen = probabilities >= each
    empty = ~chosen.any(axis=1)
    best = probabilities.argmax(axis=1)
    hits, totals = (chosen & labels).sum(), chosen.sum() + labels.sum()
    scores = []
    for threshold in _GRID:
        rescued = np.flatnonzero(empty & (probabilities.max(axis=1) >= threshold))
        scores.append(2 * (hits + labels[rescued, best[rescued]].sum()) / max(totals + len(rescued), 1))
    return _best(np.asarray(scores))
