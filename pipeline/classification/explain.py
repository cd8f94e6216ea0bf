"""Reasons: what in a measure carries a category, in parts that sum exactly to its log-odds.

Everything that decides is linear in its features (or, for cue words, a known function of their sum), so each part's
contribution is exact. N-grams and cue words are spread evenly over the characters they stand on; characters are then
gathered into words and sentences, so words sum to sentences and sentences to the part the wording plays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.classification.calibration import sigmoid
from pipeline.classification.inputs import Encode, Inputs, Vectors
from pipeline.classification.model import Classifier
from pipeline.classification.sentences import sentences
from pipeline.classification.telling import tell
from pipeline.wordcut import tokenizer


@dataclass(frozen=True)
class Piece:
    """A stretch of the text, [start, end), and what it adds to the log-odds."""

    text: str
    start: int
    end: int
    contribution: float


@dataclass(frozen=True)
class Neighbour:
    """A labelled measure close in meaning: `similarity` is the centred cosine."""

    measure_id: str
    similarity: float


@dataclass(frozen=True)
class Reason:
    """Why a category has its probability.

    `parts` (named in PARTS) sum to `log_odds`; `sentences` sum to the part `wording`; `words` are its most telling
    words, strongest first; `best_sentence` is the one that speaks most for the category, with what it adds by itself.
    """

    category: str
    probability: float
    log_odds: float
    parts: dict[str, float]
    sentences: list[Piece]
    words: list[Piece]
    nearest_for: list[Neighbour]
    nearest_against: list[Neighbour]
    best_sentence: Piece


def _words(text: str, marks: NDArray[np.float64], top: int) -> list[Piece]:
    """The words that carry most; jieba cuts them, so that people see words and not n-grams."""
    pieces = [
        Piece(word, start, end, float(marks[start:end].sum()))
        for word, start, end in tokenizer().tokenize(text)
        if any(char.isalnum() for char in word)
    ]
    ranked = sorted(pieces, key=lambda piece: (-piece.contribution, piece.start))
    return [piece for piece in ranked[:top] if piece.contribution > 0]


def _neighbours(
    classifier: Classifier, vector: Vectors, column: int, top: int
) -> tuple[list[Neighbour], list[Neighbour]]:
    """The nearest labelled measures that have the category, and the nearest that have not."""
    near = classifier.exemplars
    similarity = near.vectors.astype(np.float32) @ vector
    found = []
    for has in (True, False):
        rows = np.flatnonzero(near.labels[:, column] == has)
        best = rows[np.argsort(-similarity[rows], kind="stable")[:top]]
        found.append([Neighbour(near.measure_ids[i], float(similarity[i])) for i in best])
    return found[0], found[1]


def explain_row(classifier: Classifier, inputs: Inputs, row: int, column: int, top: int = 5) -> Reason:
    """Reasons for category `column` of measure `row` of the inputs."""
    one = inputs.take(np.array([row]))
    text = one.texts[0]
    told = tell(classifier, one, column)
    log_odds = sum(told.parts.values())
    spans = sentences(text)
    gathered = [Piece(text[start:end], start, end, float(told.marks[start:end].sum())) for start, end in spans]
    vector = classifier.scorer.space.see(one).text[0]
    nearest_for, nearest_against = _neighbours(classifier, vector, column, top)
    return Reason(
        category=classifier.codebook.ids[column],
        probability=float(sigmoid(np.array(log_odds))),
        log_odds=log_odds,
        parts=told.parts,
        sentences=gathered,
        words=_words(text, told.marks, top),
        nearest_for=nearest_for,
        nearest_against=nearest_against,
        best_sentence=Piece(text[slice(*told.best)], *told.best, told.amount),
    )


def explain(
    classifier: Classifier,
    measures: pl.DataFrame,
    titles: Mapping[str, str],
    vectors: Vectors,
    encode: Encode,
    categories: list[str] | None = None,
    top: int = 5,
) -> list[list[Reason]]:
    """Reasons for each measure: of the given categories, or of those assigned to it, the most probable first.

    Meant for what a person looks at (about 20 ms a reason), not for a whole corpus.
    """
    inputs = classifier.inputs(measures, titles, vectors, encode)
    answers = classifier.answers(inputs)
    order = np.argsort(-answers.probabilities, axis=1, kind="stable")
    asked = None if categories is None else [classifier.codebook.index[name] for name in categories]
    return [
        [
            explain_row(classifier, inputs, row, int(column), top)
            for column in (asked if asked is not None else order[row])
            if asked is not None or answers.assigned[row, column]
        ]
        for row in range(len(inputs))
    ]
