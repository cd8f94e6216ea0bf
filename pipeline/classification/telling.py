"""What each part of a measure adds to the log-odds of a category: exact, by name and by character.

A measure is read whole, and by the sentence that speaks most for the category; parts of the same name are summed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.inputs import Inputs, Vectors
from pipeline.classification.model import Classifier
from pipeline.classification.prior import PAIR_FEATURES
from pipeline.classification.readings import LABEL_EVIDENCE, gather_evidence, scores_of
from pipeline.classification.sentences import sentences

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
PARTS = ("bias", "wording", "meaning", "headline", "section", "definition", "examples", "neighbours", "others", "field")
"""What reasons are made of; `neighbours`: closeness to labelled measures; `others`: what a stronger category takes;
`field`: what a measure loses that seems to be about another field."""
_RIVALS = ("behind the leader", "lead in a sentence")
_BLOCK_NAMES = {"text_meaning": "meaning", "headline_meaning": "headline", "section_meaning": "section"}


@dataclass(frozen=True)
class _Row:
    """One text, a measure or a sentence, with everything its reasons are computed from."""

    text: str
    features: NDArray[np.float32]
    pairs: NDArray[np.float64]
    vector: Vectors


@dataclass(frozen=True)
class _Weighing:
    """What the three scores of a reading weigh in the log-odds, and the bias that comes with them."""

    prior: float
    heads: float
    near: float
    bias: float


@dataclass(frozen=True)
class Told:
    """`parts` by name; `marks` (n_chars,) what each character of the text adds to the part `wording`.

    `best`: [start, end) of the sentence that speaks most for the category; `amount`: what that sentence adds.
    """

    parts: dict[str, float]
    marks: NDArray[np.float64]
    best: tuple[int, int]
    amount: float


def _spread(marks: NDArray[np.float64], start: int, end: int, amount: float) -> None:
    marks[start:end] += amount / (end - start)


def _characters(classifier: Classifier, row: _Row, column: int, weighing: _Weighing) -> NDArray[np.float64]:
    """(n_chars,) contribution of each character through n-grams and cue words of the text."""
    scorer = classifier.scorer
    marks = np.zeros(len(row.text))
    words = scorer.space.text_words
    offset = scorer.space.spans["text_words"].start
    found = words.occurrences(row.text)
    counts = np.bincount([gram for _, gram in found], minlength=len(words.grams)) if found else np.zeros(0)
    weights = scorer.labels.weights[offset:, column]
    for start, gram in found:
        amount = weighing.heads * float(row.features[offset + gram]) * float(weights[gram]) / counts[gram]
        _spread(marks, start, start + len(words.grams[gram]), amount)
    cues = [hit for hit in scorer.cues.find(row.text) if scorer.cues.weights[hit[2], column] > 0]
    total = sum(scorer.cues.weights[word, column] for _, _, word in cues)
    weighted = sum(
        scorer.prior.weights[i] * row.pairs[column, i] for i, name in enumerate(PAIR_FEATURES) if name in _CUE_FEATURES
    )
    for start, end, word in cues:
        _spread(marks, start, end, weighing.prior * weighted * scorer.cues.weights[word, column] / total)
    return marks


def _read(classifier: Classifier, row: _Row, column: int, weighing: _Weighing) -> Told:
    """What one reading adds, by name: the sum of its parts is the weighted sum of its three scores and the bias."""
    scorer = classifier.scorer
    marks = _characters(classifier, row, column, weighing)
    parts = dict.fromkeys(PARTS, 0.0)
    parts["bias"] = weighing.bias + weighing.prior * scorer.prior.bias
    parts["bias"] += weighing.heads * float(scorer.labels.bias[column])
    parts["wording"] = float(marks.sum())
    parts["neighbours"] = weighing.near * float(scorer.near.closeness(row.vector[None])[0, column])
    for i, name in enumerate(PAIR_FEATURES):
        if name not in _CUE_FEATURES:
            parts[_NAMES[name]] += weighing.prior * float(scorer.prior.weights[i] * row.pairs[column, i])
    weights = scorer.labels.weights[:, column]
    for block, name in _BLOCK_NAMES.items():
        span = scorer.space.spans[block]
        parts[name] += weighing.heads * float(row.features[span] @ weights[span])
    return Told(parts, marks, (0, len(row.text)), 0.0)


def tell(classifier: Classifier, inputs: Inputs, column: int) -> Told:
    """What adds up to the log-odds of category `column` for the one measure in `inputs`."""
    decider, pieces = classifier.decider, inputs.by_sentence()
    decisions = classifier.scorer.decide(inputs)
    features = gather_evidence(decider.reading, decider.field, decisions).labels[0, column]
    on_own = decider.reading.log_odds(scores_of(decisions.sentences))[:, column]
    best = int(on_own.argmax())
    cut = len(pieces) > 1
    start, end = sentences(inputs.texts[0])[best] if cut else (0, len(inputs.texts[0]))
    weights = dict(zip(LABEL_EVIDENCE, decider.labels.weights.tolist(), strict=True))
    centre = dict(zip(LABEL_EVIDENCE, decider.labels.centre.tolist(), strict=True))
    values = dict(zip(LABEL_EVIDENCE, features.tolist(), strict=True))
    share, reading = weights["best sentence"], decider.reading
    single = share * reading.weights
    offset = share * (reading.bias - float(reading.centre @ reading.weights))
    outer = _Weighing(weights["prior"], weights["heads"], weights["near"], 0.0)
    whole = _read(classifier, _row(classifier, inputs, 0), column, outer)
    inner = _Weighing(float(single[0]), float(single[1]), float(single[2]), offset)
    sentence = _read(classifier, _row(classifier, pieces, best), column, inner)
    parts = {name: whole.parts[name] + sentence.parts[name] for name in PARTS}
    parts["bias"] += decider.labels.bias - sum(centre[name] * weights[name] for name in LABEL_EVIDENCE)
    parts["others"] += sum(weights[name] * values[name] for name in _RIVALS)
    parts["field"] = weights["outside the field"] * values["outside the field"]
    marks = whole.marks.copy()
    marks[start:end] += sentence.marks
    return Told(parts, marks, (start, end), share * (values["best sentence"] - centre["best sentence"]))


def _row(classifier: Classifier, inputs: Inputs, row: int) -> _Row:
    seen = classifier.scorer.space.see(inputs.take(np.array([row])))
    words = np.asarray(seen.columns.words.todense(), dtype=np.float32)[0]
    features = np.concatenate([seen.columns.full[0], words])
    return _Row(seen.inputs.texts[0], features, classifier.scorer.pairs(seen)[0], seen.text[0])
