"""Reasons: what in a measure carries a category, in parts that sum exactly to its log-odds.

Everything that decides is linear in its features (or, for cue words, a known function of their sum), so each part's
contribution is exact. N-grams and cue words are spread evenly over the characters they stand on; characters are then
gathered into words and sentences, so words sum to sentences and sentences to the part the wording plays.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.classification.calibration import sigmoid
from pipeline.classification.evidence import sentences
from pipeline.classification.features import centred
from pipeline.classification.inputs import Encode, Inputs, Vectors
from pipeline.classification.model import Classifier
from pipeline.classification.prior import PAIR_FEATURES

_CUE_FEATURES = ("text cues", "text cue share", "coverage", "sentence share")
"""Features that the cue words in the text itself make up."""
_NAMES = {
    "headline cues": "headline",
    "headline to name": "headline",
    "section cues": "section",
    "section to name": "section",
    "text to definition": "definition",
    "text to examples": "examples",
    "cues behind the leader": "others",
    "examples behind the leader": "others",
}
PARTS = ("bias", "wording", "meaning", "headline", "section", "definition", "examples", "others")
"""What reasons are made of; `others` is what a stronger category takes away."""
_BLOCK_NAMES = {"text_meaning": "meaning", "headline_meaning": "headline", "section_meaning": "section"}


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
    words, strongest first.
    """

    category: str
    probability: float
    log_odds: float
    parts: dict[str, float]
    sentences: list[Piece]
    words: list[Piece]
    nearest_for: list[Neighbour]
    nearest_against: list[Neighbour]


@dataclass(frozen=True)
class _Row:
    """One measure with everything its reasons are computed from."""

    text: str
    features: NDArray[np.float32]
    pairs: NDArray[np.float64]
    vector: Vectors


@cache
def _tokenizer() -> Any:
    """A jieba tokenizer with its dictionary read directly: its own start-up would leave a cache file in /tmp."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports pkg_resources, which announces its end on every start
        import jieba
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def _spread(marks: NDArray[np.float64], start: int, end: int, amount: float) -> None:
    marks[start:end] += amount / (end - start)


def _characters(classifier: Classifier, row: _Row, column: int) -> NDArray[np.float64]:
    """(n_chars,) contribution of each character through n-grams and cue words of the text."""
    scorer, stack = classifier.scorer, classifier.decider.labels
    marks = np.zeros(len(row.text))
    words = scorer.space.text_words
    offset = scorer.space.spans["text_words"].start
    found = words.occurrences(row.text)
    counts = np.bincount([gram for _, gram in found], minlength=len(words.grams)) if found else np.zeros(0)
    weights = scorer.labels.weights[offset:, column]
    for start, gram in found:
        amount = stack.heads * float(row.features[offset + gram]) * float(weights[gram]) / counts[gram]
        _spread(marks, start, start + len(words.grams[gram]), amount)
    cues = [hit for hit in scorer.cues.find(row.text) if scorer.cues.weights[hit[2], column] > 0]
    total = sum(scorer.cues.weights[word, column] for _, _, word in cues)
    weighted = sum(
        scorer.prior.weights[i] * row.pairs[column, i] for i, name in enumerate(PAIR_FEATURES) if name in _CUE_FEATURES
    )
    for start, end, word in cues:
        _spread(marks, start, end, stack.prior * weighted * scorer.cues.weights[word, column] / total)
    return marks


def _parts(classifier: Classifier, row: _Row, column: int, wording: float) -> dict[str, float]:
    """Named contributions that sum to the log-odds."""
    scorer, stack = classifier.scorer, classifier.decider.labels
    parts = dict.fromkeys(PARTS, 0.0)
    parts["bias"] = stack.bias + stack.prior * scorer.prior.bias + stack.heads * float(scorer.labels.bias[column])
    parts["wording"] = wording
    for i, name in enumerate(PAIR_FEATURES):
        if name not in _CUE_FEATURES:
            parts[_NAMES[name]] += stack.prior * scorer.prior.weights[i] * row.pairs[column, i]
    weights = scorer.labels.weights[:, column]
    for block, name in _BLOCK_NAMES.items():
        span = scorer.space.spans[block]
        parts[name] += stack.heads * float(row.features[span] @ weights[span])
    return {name: float(value) for name, value in parts.items()}


def _words(text: str, marks: NDArray[np.float64], top: int) -> list[Piece]:
    """The words that carry most; jieba cuts them, so that people see words and not n-grams."""
    pieces = [
        Piece(word, start, end, float(marks[start:end].sum()))
        for word, start, end in _tokenizer().tokenize(text)
        if any(char.isalnum() for char in word)
    ]
    ranked = sorted(pieces, key=lambda piece: (-piece.contribution, piece.start))
    return [piece for piece in ranked[:top] if piece.contribution > 0]


def _neighbours(classifier: Classifier, row: _Row, column: int, top: int) -> tuple[list[Neighbour], list[Neighbour]]:
    """The nearest labelled measures that have the category, and the nearest that have not."""
    near = classifier.exemplars
    similarity = near.vectors.astype(np.float32) @ row.vector
    found = []
    for has in (True, False):
        rows = np.flatnonzero(near.labels[:, column] == has)
        best = rows[np.argsort(-similarity[rows], kind="stable")[:top]]
        found.append([Neighbour(near.measure_ids[i], float(similarity[i])) for i in best])
    return found[0], found[1]


def explain_row(classifier: Classifier, inputs: Inputs, row: int, column: int, top: int = 5) -> Reason:
    """Reasons for category `column` of measure `row` of the inputs."""
    one = inputs.take(np.array([row]))
    space = classifier.scorer.space
    vector = centred(one.vectors, space.means[0])[0]
    features = np.asarray(space.transform(one).todense(), dtype=np.float32)[0]
    data = _Row(one.texts[0], features, classifier.scorer.pairs(one)[0], vector)
    marks = _characters(classifier, data, column)
    parts = _parts(classifier, data, column, float(marks.sum()))
    log_odds = sum(parts.values())
    spans = sentences(data.text)
    gathered = [Piece(data.text[start:end], start, end, float(marks[start:end].sum())) for start, end in spans]
    nearest_for, nearest_against = _neighbours(classifier, data, column, top)
    return Reason(
        classifier.codebook.ids[column],
        float(sigmoid(np.array(log_odds))),
        log_odds,
        parts,
        gathered,
        _words(data.text, marks, top),
        nearest_for,
        nearest_against,
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
    answers = classifier.decider.answer(classifier.decide(inputs))
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
