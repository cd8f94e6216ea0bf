"""The evaluation table: the classifier beside simpler systems, all cross-fitted on the same folds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.calibration import Stack, Thresholds, sigmoid
from pipeline.classification.codebook import Codebook
from pipeline.classification.cues import CueTable
from pipeline.classification.decide import Answers, Decider, OmnibusRule
from pipeline.classification.features import FeatureSpace
from pipeline.classification.inputs import CodebookTexts, Inputs
from pipeline.classification.labels import Targets
from pipeline.classification.metrics import CategoryScore, Scores, by_category, calibration_bins, confusions, score
from pipeline.classification.scorer import Decisions, Training, fit_all_heads, fit_scorer, with_examples
from pipeline.settings import TrainParams

FULL = "fusion"
"""Name of the classifier itself in the table."""
ALONE = {
    "tfidf": {"text_meaning": 0.0, "headline_meaning": 0.0, "section_meaning": 0.0, "text_words": 1.0},
    "vectors": {"text_meaning": 1.0, "headline_meaning": 0.5, "section_meaning": 0.5, "text_words": 0.0},
}

Fit = Callable[[Training], Callable[[Inputs], Decisions]]


@dataclass(frozen=True)
class Plain:
    """Scores of a simple system, each (n, k): of having a category, and of its being the primary one."""

    labels: NDArray[np.float64]
    primary: NDArray[np.float64]


PlainScores = Callable[[Inputs], Plain]
PlainFit = Callable[[Training], PlainScores]


@dataclass(frozen=True)
class Evaluation:
    """`systems`: name to figures, the classifier first; `categories`, `reliability`, `confusions` of the classifier.

    `n_groups` documents (or issuers) were kept together; `note` says how the figures came about; `learning`: the
    learning curve (learning.py), empty if it was not asked for.
    """

    systems: dict[str, Scores]
    categories: list[CategoryScore]
    reliability: list[dict[str, float]]
    confusions: list[tuple[str, str, int]]
    n_groups: int
    note: str
    learning: list[dict[str, float]]

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
    decisions = Decisions.empty(training.inputs, training.labels.shape[1])
    for fold in np.unique(folds):
        held = np.flatnonzero(folds == fold)
        decide = fit(training.take(np.flatnonzero(folds != fold)))
        decisions.put(held, decide(training.inputs.take(held)))
    return decisions


def cross_answer(decisions: Decisions, goal: Targets, folds: NDArray[np.int64], min_support: int) -> Answers:
    """Answers on every fold with stacks and thresholds learned on the other folds: nothing is chosen in sample."""
    answers = Answers.empty(*goal.labels.shape)
    for fold in np.unique(folds):
        held, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        known = decisions.take(rest)
        decider = Decider.fit(known, goal.labels[rest], goal.primary[rest], goal.omnibus[rest], min_support)
        answers.put(held, decider.answer(decisions.take(held)))
    return answers


def scorer_fit(texts: CodebookTexts, codebook: Codebook, weights: Mapping[str, float], c: float, ref: Inputs) -> Fit:
    """The classifier's own way of fitting."""

    def fit(training: Training) -> Callable[[Inputs], Decisions]:
        return fit_scorer(training, texts, codebook, weights, c, ref).decide

    return fit


def keyword_fit(codebook: Codebook) -> PlainFit:
    """Cue words counted in text and headline, nothing learned: log of one plus their weights."""
    table = CueTable.of(codebook)

    def scores(inputs: Inputs) -> Plain:
        mass = np.log1p(table.mass(inputs.texts) + table.mass(inputs.headlines))
        return Plain(mass, mass)

    return lambda _: scores


def linear_fit(texts: CodebookTexts, weights: Mapping[str, float], c: float, reference: Inputs) -> PlainFit:
    """Logistic regressions on some feature blocks of the whole text, nothing else."""

    def fit(training: Training) -> PlainScores:
        """Heads of the labels and of the primary category, and no other."""
        joint = with_examples(training, texts)
        space = FeatureSpace.fit(joint.inputs, reference, weights)
        labels, primary, _ = fit_all_heads(space.see(joint.inputs).columns, joint, len(training.inputs), c)

        def scores(inputs: Inputs) -> Plain:
            columns = space.see(inputs).columns
            return Plain(labels.decide(columns), primary.decide(columns))

        return scores

    return fit


def cross_plain(
    training: Training, goal: Targets, folds: NDArray[np.int64], min_support: int, fit: PlainFit
) -> Answers:
    """Answers of a simple system: scores by a model fitted without the fold, Platt-scaled on the other folds."""
    n, k = goal.labels.shape
    found = Plain(np.zeros((n, k)), np.zeros((n, k)))
    for fold in np.unique(folds):
        held = np.flatnonzero(folds == fold)
        part = fit(training.take(np.flatnonzero(folds != fold)))(training.inputs.take(held))
        found.labels[held], found.primary[held] = part.labels, part.primary
    return plain_answer(found, goal, folds, min_support)


def plain_answer(scores: Plain, goal: Targets, folds: NDArray[np.int64], min_support: int) -> Answers:
    """Calibration and thresholds of each fold from the scores of the others; the primary has the highest score."""
    answers = Answers.empty(*goal.labels.shape)
    for fold in np.unique(folds):
        held, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        stack = Stack.fit(scores.labels[rest, :, None], goal.labels[rest])
        seen = sigmoid(stack.log_odds(scores.labels[rest, :, None]))
        said = sigmoid(stack.log_odds(scores.labels[held, :, None]))
        assigned = Thresholds.fit(seen, goal.labels[rest], min_support).assign(said)
        primary = np.where(assigned, scores.primary[held], -np.inf).argmax(axis=1)
        primary[~assigned.any(axis=1)] = -1
        omnibus = OmnibusRule.fit(seen, goal.omnibus[rest]).flag(said)
        answers.put(held, Answers(said, assigned, primary.astype(np.int64), omnibus))
    return answers


def baselines(
    training: Training,
    goal: Targets,
    folds: NDArray[np.int64],
    texts: CodebookTexts,
    codebook: Codebook,
    params: TrainParams,
    reference: Inputs,
    full: Decisions,
) -> dict[str, Answers]:
    """Answers of simpler systems on the same folds.

    Cue words counted; the codebook alone (no labels but the shared weights); TF-IDF and vectors with a linear model.
    """
    fits = {"keywords": keyword_fit(codebook)}
    for name, weights in ALONE.items():
        fits[name] = linear_fit(texts, weights, params.c, reference)
    found = {name: cross_plain(training, goal, folds, params.min_support, fit) for name, fit in fits.items()}
    found["codebook"] = plain_answer(Plain(full.whole.prior, full.whole.prior), goal, folds, params.min_support)
    return {name: found[name] for name in ("keywords", "codebook", *ALONE)}


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
        [],
    )
