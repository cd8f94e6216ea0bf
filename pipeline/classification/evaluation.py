"""The evaluation table: the classifier beside simpler systems, all cross-fitted on the same folds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.codebook import Codebook
from pipeline.classification.cues import CueTable
from pipeline.classification.decide import Answers, Decider
from pipeline.classification.inputs import CodebookTexts, Inputs
from pipeline.classification.labels import Targets
from pipeline.classification.metrics import CategoryScore, Scores, by_category, calibration_bins, confusions, score
from pipeline.classification.scorer import Decisions, Training, fit_scorer

FULL = "fusion"
"""Name of the classifier itself in the table."""
_ALONE = {
    "tfidf": {"text_meaning": 0.0, "headline_meaning": 0.0, "section_meaning": 0.0, "text_words": 1.0},
    "vectors": {"text_meaning": 1.0, "headline_meaning": 0.5, "section_meaning": 0.5, "text_words": 0.0},
}

Fit = Callable[[Training], Callable[[Inputs], Decisions]]


@dataclass(frozen=True)
class Evaluation:
    """`systems`: name to figures, the classifier first; `categories`, `reliability`, `confusions` of the classifier.

    `n_groups` documents (or issuers) were kept together; `note` says how the figures came about.
    """

    systems: dict[str, Scores]
    categories: list[CategoryScore]
    reliability: list[dict[str, float]]
    confusions: list[tuple[str, str, int]]
    n_groups: int
    note: str

    def metrics(self) -> dict[str, float]:
        """Flat numbers for `metrics/train.json`: the classifier's own, and micro and macro F1 of the others."""
        flat = self.systems[FULL].flat() if FULL in self.systems else {}
        for name, scores in self.systems.items():
            if name != FULL:
                flat |= {f"{name}_micro_f1": round(scores.micro_f1, 4), f"{name}_macro_f1": round(scores.macro_f1, 4)}
                flat[f"{name}_primary_accuracy"] = round(scores.primary_accuracy, 4)
        return flat | {"n_groups": float(self.n_groups)}

    def table(self) -> list[dict[str, float | str]]:
        """One row a system."""
        return [{"system": name, **scores.flat()} for name, scores in self.systems.items()]

    def category_table(self) -> list[dict[str, float | str]]:
        """One row a category."""
        return [
            {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(row).items()}
            for row in self.categories
        ]


def cross_decide(training: Training, folds: NDArray[np.int64], fit: Fit) -> Decisions:
    """Decisions on every measure by a model fitted without its fold."""
    decisions = Decisions.empty(len(training.inputs), training.labels.shape[1])
    for fold in np.unique(folds):
        held = np.flatnonzero(folds == fold)
        decide = fit(training.take(np.flatnonzero(folds != fold)))
        decisions.put(held, decide(training.inputs.take(held)))
    return decisions


def cross_answer(decisions: Decisions, goal: Targets, folds: NDArray[np.int64], min_support: int) -> Answers:
    """Answers on every fold with stacks and thresholds learned on the other folds: nothing is chosen in sample."""
    n, k = goal.labels.shape
    answers = Answers(np.zeros((n, k)), np.zeros((n, k), bool), np.full(n, -1, np.int64), np.zeros(n, bool))
    for fold in np.unique(folds):
        held, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        decider = Decider.fit(
            decisions.take(rest), goal.labels[rest], goal.primary[rest], goal.omnibus[rest], min_support
        )
        part = decider.answer(decisions.take(held))
        answers.probabilities[held], answers.assigned[held] = part.probabilities, part.assigned
        answers.primary[held], answers.omnibus[held] = part.primary, part.omnibus
    return answers


def scorer_fit(texts: CodebookTexts, codebook: Codebook, weights: Mapping[str, float], c: float, ref: Inputs) -> Fit:
    """The classifier's own way of fitting."""

    def fit(training: Training) -> Callable[[Inputs], Decisions]:
        return fit_scorer(training, texts, codebook, weights, c, ref).decide

    return fit


def keyword_fit(codebook: Codebook) -> Fit:
    """Cue words counted in text and headline, nothing learned: log of one plus their weights."""
    table = CueTable.of(codebook)

    def decide(inputs: Inputs) -> Decisions:
        mass = np.log1p(table.mass(inputs.texts) + table.mass(inputs.headlines))
        return Decisions(mass, np.zeros_like(mass), np.zeros_like(mass))

    return lambda _: decide


def baselines(
    training: Training,
    folds: NDArray[np.int64],
    texts: CodebookTexts,
    codebook: Codebook,
    c: float,
    reference: Inputs,
    full: Decisions,
) -> dict[str, Decisions]:
    """Decisions of simpler systems on the same folds.

    Cue words counted; the codebook alone (no labels but the shared weights); TF-IDF and vectors with a linear model.
    """
    found = {
        "keywords": cross_decide(training, folds, keyword_fit(codebook)),
        "codebook": Decisions(full.prior, np.zeros_like(full.prior), np.zeros_like(full.prior)),
    }
    for name, weights in _ALONE.items():
        part = cross_decide(training, folds, scorer_fit(texts, codebook, weights, c, reference))
        found[name] = Decisions(np.zeros_like(part.prior), part.labels, part.primary)
    return found


def evaluate(
    systems: Mapping[str, Answers], goal: Targets, groups: list[str], codebook: Codebook, decider: Decider, note: str
) -> Evaluation:
    """Score every system; details for the classifier itself (`fusion`)."""
    full = systems[FULL]
    return Evaluation(
        {name: score(answers, goal, groups) for name, answers in systems.items()},
        by_category(full, goal, codebook.ids, decider.thresholds.each),
        calibration_bins(full.probabilities, goal.labels),
        confusions(full, goal, codebook.ids),
        len(set(groups)),
        note,
    )
