"""From decision scores to probabilities, from probabilities to labels: everything learned out of fold.

One stack of scores serves all categories: a rare category has too few positives for a calibration of its own.
Thresholds maximise F1 a category, pulled towards the shared one by how little was seen of it; a new one has a low one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

SHRINK = 25.0
"""Positives at which a category's own threshold counts as much as the shared one (findings.md: they overfit)."""
NEW = 0.1
"""Threshold of a category with hardly a label among others with many. It has few neighbours and hardly a head, so its
probabilities come out low, though they rank well (average precision .91 with eight labels, .70 by definition alone):
at the shared threshold its F1 was .55 and .08. Chosen on the sample's bureaus (experiments/new_category.py)."""
_GRID = np.round(np.arange(0.05, 0.951, 0.01), 2)


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)))


@dataclass(frozen=True)
class Stack:
    """Log-odds = (features - centre) · weights + bias, the same for all categories: `weights`, `centre` (p,).

    Platt scaling (Platt 1999) with several inputs: out of fold each earns the weight it deserves on documents of other
    bureaus. Centred, so that a part of a reason says how far a measure differs from the average pair.
    """

    weights: NDArray[np.float64]
    centre: NDArray[np.float64]
    bias: float

    @classmethod
    def fit(cls, features: NDArray[np.float64], truth: NDArray[np.bool_]) -> Stack:
        """Fit on out-of-fold features (n, k, p) and truth (n, k); columns without a positive are left out.

        The mild regularisation is nothing beside 20,000 pairs, but keeps a few dozen from certainty. Where there is
        nothing to learn from, the first feature alone counts: the codebook's log-odds.
        """
        known, p = truth.any(axis=0), features.shape[2]
        if not known.any() or truth[:, known].all():
            return cls.first(p)
        flat = features[:, known].reshape(-1, p)
        centre = flat.mean(axis=0)
        model = LogisticRegression(C=1.0, max_iter=500).fit(flat - centre, truth[:, known].ravel())
        return cls(np.asarray(model.coef_[0]), centre, float(model.intercept_[0]))

    @classmethod
    def first(cls, p: int) -> Stack:
        """The first of p features as it is."""
        return cls(np.eye(p)[0], np.zeros(p), 0.0)

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, k) calibrated log-odds of features (n, k, p)."""
        return np.asarray((features - self.centre) @ self.weights + self.bias)


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
        """Choose on out-of-fold probabilities (n, k).

        A category with up to `min_support` positives takes NEW, one with twice as many its own threshold, pulled
        towards the shared one; between, both in proportion. Where most positives are of such rare categories,
        the probabilities were learned from just these, and the shared threshold holds instead of NEW.
        """
        shared = _best(f1_by_threshold(probabilities, labels))
        supports = labels.sum(axis=0)
        rare = supports < 2 * min_support
        fallback = shared if 2 * supports[rare].sum() >= supports.sum() else min(NEW, shared)
        each = np.full(labels.shape[1], fallback)
        for column in np.flatnonzero(supports > min_support):
            support = int(supports[column])
            best = _best(f1_by_threshold(probabilities[:, column], labels[:, column]))
            own = (support * best + SHRINK * shared) / (support + SHRINK)
            share = min(support / min_support - 1.0, 1.0)
            each[column] = own if share == 1.0 else share * own + (1.0 - share) * fallback
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
