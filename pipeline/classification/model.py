"""The trained classifier: measures and vectors in, probabilities and assignments out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.classification.codebook import Codebook
from pipeline.classification.decide import Answers, Decider
from pipeline.classification.inputs import Encode, Inputs, Vectors, by_sentences, prepare_whole
from pipeline.classification.near import Near
from pipeline.classification.scorer import Scorer

SHOWN = 0.05
"""Probability from which a category is written to the assignments table even if it is not assigned."""
BATCH = 4096
"""Measures scored at once: with their sentences they need about 1 GB."""
FAR = -7.0
"""Log-odds of belonging to any category, read whole, below which a measure is not cut into sentences. Of 51 real
documents, 46 of them general reports, two in five sentences need no vectors then, and no assignment of the 103
annotated measures changes; at -6 more than half need none, and recall there falls from .60 to .57."""


@dataclass(frozen=True)
class Exemplars:
    """The labelled measures, for "the nearest decided ones": ids, centred text `vectors` (n, dim) float16, labels."""

    measure_ids: list[str]
    vectors: NDArray[np.float16]
    labels: NDArray[np.bool_]

    @classmethod
    def of(cls, measure_ids: list[str], near: Near) -> Exemplars:
        """The first of the neighbours are the labelled measures; the codebook's worked examples follow them."""
        n = len(measure_ids)
        return cls(measure_ids, near.vectors[:n], near.labels[:n])


@dataclass(frozen=True)
class Classifier:
    """A codebook, a scorer and what was learned out of fold. `digest` names the trained content."""

    codebook: Codebook
    scorer: Scorer
    decider: Decider
    exemplars: Exemplars
    digest: str

    @property
    def dim(self) -> int:
        """Dimensions of the vectors it was trained on."""
        return int(self.scorer.space.means.shape[1])

    def inputs(self, measures: pl.DataFrame, titles: Mapping[str, str], vectors: Vectors, encode: Encode) -> Inputs:
        """Gather inputs; raises ValueError when the vectors come from an encoder of another size."""
        if vectors.shape[1] != self.dim:
            raise ValueError(f"the classifier was trained on vectors of {self.dim} dimensions, not {vectors.shape[1]}")
        whole = prepare_whole(measures, titles, vectors, encode)
        parts = [self.scorer.anything_of(whole.take(rows)) for rows in _batches(len(whole))]
        anything = np.concatenate([*parts, np.zeros(0)])
        alike = np.stack([anything, anything], axis=1)[:, None]  # a text that is not cut is its own best sentence
        return by_sentences(whole, self.decider.field.log_odds(alike)[:, 0] > FAR, encode)

    def answers(self, inputs: Inputs) -> Answers:
        """Everything the classifier says of inputs, batch by batch."""
        parts = [self.decider.answer(self.scorer.decide(inputs.take(rows))) for rows in _batches(len(inputs))]
        return Answers.joined(parts, len(self.codebook.ids))

    def answer(self, measures: pl.DataFrame, titles: Mapping[str, str], vectors: Vectors, encode: Encode) -> Answers:
        """Everything the classifier says of the measures, row by row in their order."""
        return self.answers(self.inputs(measures, titles, vectors, encode))

    def probabilities(
        self, measures: pl.DataFrame, titles: Mapping[str, str], vectors: Vectors, encode: Encode
    ) -> NDArray[np.float64]:
        """(n, k) calibrated probabilities, columns in the order of the codebook."""
        return self.answer(measures, titles, vectors, encode).probabilities

    def assign(
        self, measures: pl.DataFrame, titles: Mapping[str, str], vectors: Vectors, encode: Encode
    ) -> pl.DataFrame:
        """The assignments table of the measures."""
        answers = self.answer(measures, titles, vectors, encode)
        return assignments(measures["measure_id"], answers, self.codebook, self.digest)


def _batches(n: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, n, BATCH):
        yield np.arange(start, min(start + BATCH, n))


def assignments(measure_ids: pl.Series, answers: Answers, codebook: Codebook, digest: str) -> pl.DataFrame:
    """Answers as rows of the assignments table: assigned categories and those of at least 5% probability.

    Rows of a measure stand together, the most probable category first (`rank` counts among all categories).
    """
    shown = answers.assigned | (answers.probabilities >= SHOWN)
    order = np.argsort(-answers.probabilities, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(1, order.shape[1] + 1)[None, :].repeat(len(order), axis=0), axis=1)
    rows, columns = np.nonzero(shown)
    frame = pl.DataFrame(
        {
            "row": rows,
            "measure_id": measure_ids.gather(rows).to_list() if len(rows) else pl.Series([], dtype=pl.String),
            "category": pl.Series([codebook.ids[column] for column in columns], dtype=pl.String),
            "probability": answers.probabilities[rows, columns],
            "assigned": answers.assigned[rows, columns],
            "primary": answers.primary[rows] == columns,
            "rank": rank[rows, columns].astype(np.int64),
        }
    )
    return (
        frame.sort("row", "rank")
        .drop("row")
        .with_columns(source=pl.lit("model"), model_digest=pl.lit(digest), codebook=pl.lit(codebook.name))
    )
