"""The scoring part of the classifier: from inputs to decision scores, and how it is fitted on labelled inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.codebook import Codebook
from pipeline.classification.cues import CueTable
from pipeline.classification.features import FeatureSpace
from pipeline.classification.inputs import CodebookTexts, Inputs
from pipeline.classification.linear import LinearHeads, Reduced, fit_heads
from pipeline.classification.prior import Anchors, Prior, pair_features

EXAMPLE_WEIGHT = 0.5
"""Weight of a worked example among labelled measures: it is short, clean and of one category, unlike real ones."""


@dataclass(frozen=True)
class Decisions:
    """Log-odds, each (n, k): `prior` from the codebook alone; `labels` and `primary` from labelled measures."""

    prior: NDArray[np.float64]
    labels: NDArray[np.float64]
    primary: NDArray[np.float64]

    @classmethod
    def empty(cls, n: int, k: int) -> Decisions:
        """Zeros to be filled fold by fold."""
        return cls(np.zeros((n, k)), np.zeros((n, k)), np.zeros((n, k)))

    def put(self, rows: NDArray[np.int64], other: Decisions) -> None:
        """Write another's rows into these places."""
        for mine, theirs in zip(self.parts, other.parts, strict=True):
            mine[rows] = theirs

    def take(self, rows: NDArray[np.int64]) -> Decisions:
        """Some rows of it."""
        return Decisions(*(part[rows] for part in self.parts))

    @property
    def parts(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The three arrays."""
        return self.prior, self.labels, self.primary


@dataclass(frozen=True)
class Scorer:
    """Feature space, prior and linear heads, all fitted on the same labelled measures."""

    space: FeatureSpace
    cues: CueTable
    prior: Prior
    labels: LinearHeads
    primary: LinearHeads

    def pairs(self, inputs: Inputs) -> NDArray[np.float64]:
        """(n, k, 12) features of the prior."""
        return pair_features(self.space, self.cues, self.prior.anchors, inputs)

    def decide(self, inputs: Inputs) -> Decisions:
        """Score inputs; callers batch them (a batch of 4096 needs about 200 MB)."""
        matrix = self.space.transform(inputs)
        prior = self.prior.log_odds(self.pairs(inputs))
        return Decisions(prior, self.labels.decide(matrix), self.primary.decide(matrix))


@dataclass(frozen=True)
class Training:
    """Labelled inputs: `labels` (n, k) bool, `primary` (n,) column of the primary category or -1."""

    inputs: Inputs
    labels: NDArray[np.bool_]
    primary: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Training:
        """Some rows of it."""
        return Training(self.inputs.take(rows), self.labels[rows], self.primary[rows])


def fit_scorer(
    training: Training,
    texts: CodebookTexts,
    codebook: Codebook,
    weights: Mapping[str, float],
    c: float,
    reference: Inputs | None = None,
) -> Scorer:
    """Fit on labelled measures and, at half weight, the codebook's worked examples.

    `weights`: block weights of the features; `c`: inverse regularisation; `reference`: measures, labelled or not,
    whose mean the vectors are centred on (the training ones if none are given). Without any labelled measure the
    scorer is the codebook's alone.
    """
    examples = np.flatnonzero(texts.is_example)
    inputs = training.inputs.joined(texts.inputs.take(examples))
    space = FeatureSpace.fit(inputs, reference or inputs, weights)
    cues, anchors = CueTable.of(codebook), Anchors.of(texts)
    labels = np.vstack([training.labels, texts.labels[examples]])
    primary = np.concatenate([training.primary, texts.primary[examples]])
    n = len(training.inputs)
    own = np.concatenate([np.full(n, -1), np.arange(len(examples))])
    pairs = pair_features(space, cues, anchors, inputs, own)
    fitted_on = slice(0, n) if n else slice(None)
    prior = Prior.fit(anchors, pairs[fitted_on], labels[fitted_on])
    reduced = Reduced.of(space.transform(inputs))
    weight = np.concatenate([np.ones(n), np.full(len(examples), EXAMPLE_WEIGHT)])
    main = primary[:, None] == np.arange(len(codebook.ids))
    return Scorer(
        space,
        cues,
        prior,
        fit_heads(reduced, labels, weight, c),
        fit_heads(reduced, main, weight, c),
    )
