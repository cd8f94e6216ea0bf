"""From decision scores to answers: probabilities, assigned categories, the primary one, the omnibus flag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipeline.classification.calibration import PRIOR_ALONE, Stack, Thresholds, sigmoid
from pipeline.classification.scorer import Decisions

NEVER = 1.1
"""An omnibus threshold that no probability reaches: nothing was there to learn the flag from."""
_FALLBACK = 0.5
_MIN_OMNIBUS = 5


@dataclass(frozen=True)
class OmnibusRule:
    """Logistic regression on three figures of a measure's probabilities: mass, largest share, entropy."""

    weights: NDArray[np.float64]
    bias: float
    threshold: float

    @staticmethod
    def features(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3): expected number of categories, share of the largest, entropy of the shares in nats."""
        mass = probabilities.sum(axis=1)
        share = probabilities / np.maximum(mass, 1e-9)[:, None]
        entropy = -(share * np.log(np.maximum(share, 1e-12))).sum(axis=1)
        return np.stack([mass, share.max(axis=1), entropy], axis=1)

    @classmethod
    def fit(cls, probabilities: NDArray[np.float64], omnibus: NDArray[np.bool_]) -> OmnibusRule:
        """Fit on out-of-fold probabilities; with fewer than 5 omnibus measures nothing is ever flagged."""
        if omnibus.sum() < _MIN_OMNIBUS or omnibus.all():
            return cls(np.zeros(3), 0.0, NEVER)
        features = cls.features(probabilities)
        model = LogisticRegression(C=1.0).fit(features, omnibus)
        scores = model.predict_proba(features)[:, 1]
        grid = np.unique(scores)
        chosen = scores[:, None] >= grid
        f1 = 2 * (chosen & omnibus[:, None]).sum(axis=0) / (chosen.sum(axis=0) + omnibus.sum())
        return cls(np.asarray(model.coef_[0]), float(model.intercept_[0]), float(grid[f1.argmax()]))

    def flag(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n,) whether no category covers more than about a third."""
        scores = sigmoid(self.features(probabilities) @ self.weights + self.bias)
        return np.asarray(scores >= self.threshold)


@dataclass(frozen=True)
class Answers:
    """What the classifier says of n measures.

    `probabilities` (n, k), `assigned` (n, k) bool, `primary` (n,) column or -1, `omnibus` (n,) bool.
    """

    probabilities: NDArray[np.float64]
    assigned: NDArray[np.bool_]
    primary: NDArray[np.int64]
    omnibus: NDArray[np.bool_]


@dataclass(frozen=True)
class Decider:
    """Everything learned from out-of-fold decisions: stacks, thresholds, omnibus rule."""

    labels: Stack
    main: Stack
    thresholds: Thresholds
    omnibus: OmnibusRule

    @classmethod
    def fit(
        cls,
        decisions: Decisions,
        labels: NDArray[np.bool_],
        primary: NDArray[np.int64],
        omnibus: NDArray[np.bool_],
        min_support: int,
    ) -> Decider:
        """Fit on decisions of models that have not seen the measures."""
        stack = Stack.fit(decisions.prior, decisions.labels, labels)
        main = primary[:, None] == np.arange(labels.shape[1])
        probabilities = sigmoid(stack.log_odds(decisions.prior, decisions.labels))
        return cls(
            stack,
            Stack.fit(decisions.prior, decisions.primary, main),
            Thresholds.fit(probabilities, labels, min_support),
            OmnibusRule.fit(probabilities, omnibus),
        )

    @classmethod
    def unlearned(cls, k: int) -> Decider:
        """For a codebook nobody has labelled with yet: its own log-odds and one half everywhere."""
        thresholds = Thresholds(np.full(k, _FALLBACK), _FALLBACK, _FALLBACK)
        return cls(PRIOR_ALONE, PRIOR_ALONE, thresholds, OmnibusRule(np.zeros(3), 0.0, NEVER))

    def answer(self, decisions: Decisions) -> Answers:
        """Probabilities, labels, primary and omnibus of scored measures."""
        probabilities = sigmoid(self.labels.log_odds(decisions.prior, decisions.labels))
        assigned = self.thresholds.assign(probabilities)
        main = self.main.log_odds(decisions.prior, decisions.primary)
        primary = np.where(assigned, main, -np.inf).argmax(axis=1)
        primary[~assigned.any(axis=1)] = -1
        return Answers(probabilities, assigned, primary.astype(np.int64), self.omnibus.flag(probabilities))
