"""Features of a measure: blocks of columns, each block of rows of about unit length times the block's weight.

| block | columns | what |
|---|---|---|
| text_meaning | dim | centred vector of the text |
| headline_meaning | dim | centred vector of the headline |
| section_meaning | dim | centred vector of the headings above |
| text_words | n-grams | character TF-IDF of the text |

Cue words and closeness to definitions and examples enter through the prior (prior.py). Vectors are centred on the
training measures' own means: raw e5 cosines all lie near 0.9 (findings.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from pipeline.classification.inputs import Inputs, Vectors
from pipeline.classification.lexical import CharTfidf
from pipeline.classification.linear import Columns
from pipeline.classification.sentences import Sentences

BLOCKS = ("text_meaning", "headline_meaning", "section_meaning", "text_words")


def centred(vectors: Vectors, mean: Vectors) -> Vectors:
    """Subtract the mean and renormalise each row; zero rows (an absent headline) stay zero."""
    present = np.abs(vectors).sum(axis=1, keepdims=True) > 0
    moved = np.where(present, vectors - mean, 0.0)
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(norms, 1e-9), dtype=np.float32)


def mean_of(vectors: Vectors) -> Vectors:
    """Mean over the rows that are not zero, in float64 for the same bytes in any order of summation."""
    present = np.abs(vectors).sum(axis=1) > 0
    if not present.any():
        return np.zeros(vectors.shape[1], dtype=np.float32)
    return np.asarray(vectors[present].astype(np.float64).mean(axis=0), dtype=np.float32)


@dataclass(frozen=True)
class Seen:
    """Inputs with their centred vectors, each (n, dim), and their columns."""

    inputs: Inputs
    text: Vectors
    headline: Vectors
    section: Vectors
    columns: Columns


@dataclass(frozen=True)
class FeatureSpace:
    """Everything learned from the training measures that turns inputs into columns.

    `means` (3, dim): of texts, headlines, sections; `weights`: block name to its weight.
    """

    means: Vectors
    text_words: CharTfidf
    weights: Mapping[str, float]

    @classmethod
    def fit(cls, inputs: Inputs, reference: Inputs, weights: Mapping[str, float]) -> FeatureSpace:
        """Learn the vocabulary from `inputs` and the means from `reference`; a block of weight 0 says nothing."""
        vectors = (reference.vectors, reference.headline_vectors, reference.section_vectors)
        means = [mean_of(block) for block in vectors]
        return cls(
            means=np.vstack(means),
            text_words=CharTfidf.fit(inputs.texts if weights["text_words"] else []),
            weights=dict(weights),
        )

    @property
    def spans(self) -> dict[str, slice]:
        """Columns of each block."""
        dim = self.means.shape[1]
        ends = np.cumsum([0, dim, dim, dim, len(self.text_words.grams)]).tolist()
        return {name: slice(ends[i], ends[i + 1]) for i, name in enumerate(BLOCKS)}

    def counts(self, inputs: Inputs) -> Any:
        """(m, n_grams) sparse: n-grams of every sentence of the inputs."""
        return self.text_words.counts(inputs.sentences.texts)

    def see(self, inputs: Inputs, counts: Any | None = None) -> Seen:
        """Features of the inputs; `counts` of their sentences, if they have been made already."""
        text = centred(inputs.vectors, self.means[0])
        headline = centred(inputs.headline_vectors, self.means[1])
        section = centred(inputs.section_vectors, self.means[2])
        made = self.counts(inputs) if counts is None else counts
        words = self.text_words.weigh(_summed(made, inputs.sentences)) * np.float32(self.weights["text_words"])
        weighted = [
            block * np.float32(self.weights[name])
            for name, block in zip(BLOCKS, (text, headline, section), strict=False)
        ]
        return Seen(inputs, text, headline, section, Columns(np.hstack(weighted), words))


def _summed(counts: Any, found: Sentences) -> Any:
    """Counts of texts (n, n_grams) from those of their sentences (m, n_grams)."""
    m = len(found.texts)
    ends = np.concatenate([[0], np.cumsum(found.counts)])
    return csr_matrix((np.ones(m), np.arange(m), ends), shape=(len(found.counts), m)) @ counts
