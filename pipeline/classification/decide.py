"""From decision scores to answers: probabilities, assigned categories, the primary one, the omnibus flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipeline.classification.calibration import Stack, Thresholds, sigmoid
from pipeline.classification.readings import LABEL_EVIDENCE, MAIN_EVIDENCE, SCORES, gather_evidence, scores_of
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

    @classmethod
    def empty(cls, n: int, k: int) -> Answers:
        """No category for anything, to be filled."""
        return cls(np.zeros((n, k)), np.zeros((n, k), np.bool_), np.full(n, -1, np.int64), np.zeros(n, np.bool_))

    @classmethod
    def joined(cls, parts: Sequence[Answers], k: int) -> Answers:
        """Answers one after the other; none give those of no measures."""
        found = [cls.empty(0, k), *parts]
        return cls(
            np.concatenate([part.probabilities for part in found]),
            np.concatenate([part.assigned for part in found]),
            np.concatenate([part.primary for part in found]),
            np.concatenate([part.omnibus for part in found]),
        )

    def put(self, rows: NDArray[np.int64], other: Answers) -> None:
        """Write another's rows into these places."""
        self.probabilities[rows], self.assigned[rows] = other.probabilities, other.assigned
        self.primary[rows], self.omnibus[rows] = other.primary, other.omnibus


@dataclass(frozen=True)
class Decider:
    """Everything learned from out-of-fold decisions.

    `reading` weighs the three scores of one text, `field` calibrates whether a measure belongs to any category,
    `labels` and `main` weigh the evidence of whole measures and sentences (readings.py); then thresholds and the
    omnibus rule.
    """

    reading: Stack
    field: Stack
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
        reading = Stack.fit(scores_of(decisions.whole), labels)
        field = Stack.fit(decisions.belonging, np.asarray(labels.any(axis=1))[:, None])
        evidence = gather_evidence(reading, field, decisions)
        stack = Stack.fit(evidence.labels, labels)
        probabilities = sigmoid(stack.log_odds(evidence.labels))
        return cls(
            reading,
            field,
            stack,
            Stack.fit(evidence.main, primary[:, None] == np.arange(labels.shape[1])),
            Thresholds.fit(probabilities, labels, min_support),
            OmnibusRule.fit(probabilities, omnibus),
        )

    @classmethod
    def unlearned(cls, k: int) -> Decider:
        """For a codebook nobody has labelled with yet: its own log-odds and one half everywhere."""
        thresholds = Thresholds(np.full(k, _FALLBACK), _FALLBACK, _FALLBACK)
        reading, labels, main = (Stack.first(len(names)) for names in (SCORES, LABEL_EVIDENCE, MAIN_EVIDENCE))
        return cls(reading, Stack.first(2), labels, main, thresholds, OmnibusRule(np.zeros(3), 0.0, NEVER))

    def answer(self, decisions: Decisions) -> Answers:
        """Probabilities, labels, primary and omnibus of scored measures."""
        evidence = gather_evidence(self.reading, self.field, decisions)
        probabilities = sigmoid(self.labels.log_odds(evidence.labels))
        assigned = self.thresholds.assign(probabilities)
        primary = np.where(assigned, self.main.log_odds(evidence.main), -np.inf).argmax(axis=1)
        primary[~assigned.any(axis=1)] = -1
        return Answers(probabilities, assigned, primary.astype(np.int64), self.omnibus.flag(probabilities))
