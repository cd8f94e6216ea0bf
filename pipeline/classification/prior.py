"""What the codebook alone says about a measure and a category: cue words and closeness to definitions and examples.

The same few weights serve every category, fitted on all (measure, category) pairs together. So a category nobody has
labelled yet gets a score from its definition the same day, and a rare one starts from there instead of from nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipeline.classification.cues import CueTable
from pipeline.classification.evidence import cue_evidence
from pipeline.classification.features import Seen, centred, mean_of
from pipeline.classification.inputs import CodebookTexts, Vectors

PAIR_FEATURES = (
    "text cues",
    "text cue share",
    "coverage",
    "sentence share",
    "headline cues",
    "section cues",
    "text to definition",
    "text to examples",
    "headline to name",
    "section to name",
    "cues behind the leader",
    "examples behind the leader",
)


@dataclass(frozen=True)
class Anchors:
    """Centred vectors of the codebook: `names` and `definitions` (k, dim), `examples` (m, dim), `example_of` (m, k)."""

    names: Vectors
    definitions: Vectors
    examples: Vectors
    example_of: NDArray[np.bool_]

    @classmethod
    def of(cls, texts: CodebookTexts) -> Anchors:
        """Centre names, definitions and examples each on their own mean: short names all look alike otherwise."""
        names = texts.inputs.headline_vectors[~texts.is_example]
        definitions = texts.inputs.vectors[~texts.is_example]
        examples = texts.inputs.vectors[texts.is_example]
        mean = mean_of(examples) if len(examples) else mean_of(definitions)
        return cls(
            centred(names, mean_of(names)),
            centred(definitions, mean_of(definitions)),
            centred(examples, mean),
            texts.labels[texts.is_example],
        )


def _closest(similarity: NDArray[np.float64], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n, k): for each category the largest similarity among its examples; 0 for a category without any."""
    best = np.zeros((len(similarity), members.shape[1]))
    for column in range(members.shape[1]):
        if members[:, column].any():
            best[:, column] = similarity[:, members[:, column]].max(axis=1)
    return best


def pair_features(
    seen: Seen, table: CueTable, anchors: Anchors, own: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """(n, k, 12) features of each measure with each category.

    `own` (n,) names the example that a row itself is (-1: none); a text must not be compared with itself.
    """
    cues = cue_evidence(table, seen.inputs)
    to_examples = (seen.text @ anchors.examples.T).astype(np.float64)
    if own is not None:
        rows = np.flatnonzero(own >= 0)
        to_examples[rows, own[rows]] = -1.0
    own_cues = np.log1p(cues.text)
    closest = _closest(to_examples, anchors.example_of)
    features = [
        own_cues,
        cues.text / np.maximum(cues.text.sum(axis=1, keepdims=True), 1.0),
        cues.coverage,
        cues.sentence,
        np.log1p(cues.headline),
        np.log1p(cues.section),
        seen.text @ anchors.definitions.T,
        closest,
        seen.headline @ anchors.names.T,
        seen.section @ anchors.names.T,
        own_cues - own_cues.max(axis=1, keepdims=True),
        closest - closest.max(axis=1, keepdims=True),
    ]
    return np.stack([np.asarray(feature, dtype=np.float64) for feature in features], axis=2)


@dataclass(frozen=True)
class Prior:
    """Shared weights (12,) of the pair features and a bias: a log-odds for every pair."""

    anchors: Anchors
    weights: NDArray[np.float64]
    bias: float

    @classmethod
    def fit(cls, anchors: Anchors, pairs: NDArray[np.float64], labels: NDArray[np.bool_]) -> Prior:
        """Fit one logistic regression on all pairs: `pairs` (n, k, 12), `labels` (n, k).

        Categories without a positive are left out: nobody has looked for them yet. Raises ValueError without labels.
        """
        known = labels.any(axis=0)
        if not known.any():
            raise ValueError("neither the labels nor the codebook's examples name a category")
        flat, truth = pairs[:, known].reshape(-1, pairs.shape[2]), labels[:, known].ravel()
        model = LogisticRegression(C=10.0, max_iter=500).fit(flat, truth)
        return cls(anchors, np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0]))

    def log_odds(self, pairs: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, k) from (n, k, 12)."""
        return np.asarray(pairs @ self.weights + self.bias)
