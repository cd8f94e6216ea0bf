"""Training: grouped cross-validation for everything that decides, then one fit on all labels."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.classification.codebook import Codebook
from pipeline.classification.decide import Answers, Decider
from pipeline.classification.evaluation import (
    FULL,
    Evaluation,
    Fit,
    baselines,
    cross_answer,
    cross_decide,
    evaluate,
    scorer_fit,
)
from pipeline.classification.inputs import CodebookTexts, Encode, Inputs, Vectors, codebook_texts, prepare
from pipeline.classification.labels import Label, Targets, targets
from pipeline.classification.learning import learning_curve
from pipeline.classification.model import Classifier, Exemplars
from pipeline.classification.scorer import Decisions, Training, fit_scorer
from pipeline.settings import TrainParams

MIN_LABELLED = 20
"""Fewer labelled measures than this are no ground for cross-validation: the codebook decides alone."""


@dataclass(frozen=True)
class OutOfFold:
    """What models that had not seen them say of the labelled measures.

    `rows` (n,) positions in the measures frame; `folds` (n,) the fold each was held out in (-1: there was no
    cross-validation); `groups` (n,) what was kept together; `answers` with stacks and thresholds of the other folds.
    """

    rows: NDArray[np.int64]
    folds: NDArray[np.int64]
    groups: list[str]
    decisions: Decisions
    answers: Answers
    targets: Targets


@dataclass(frozen=True)
class Trained:
    """A classifier, its evaluation beside baselines (None without cross-validation), and what lies behind both."""

    classifier: Classifier
    evaluation: Evaluation | None
    out_of_fold: OutOfFold


def assign_folds(goal: Targets, groups: Sequence[str], folds: int, seed: int) -> NDArray[np.int64]:
    """(n,) fold of each labelled measure; a group is never split, primaries are spread as evenly as that allows.

    All -1 when there is one group only, or too few measures to hold any out.
    """
    n_groups = len(set(groups))
    assigned = np.full(len(goal.rows), -1, dtype=np.int64)
    if n_groups <= 1 or len(goal.rows) < MIN_LABELLED:
        return assigned
    splitter = StratifiedGroupKFold(min(folds, n_groups), shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")  # rare categories are spread as can be
        parts = list(splitter.split(np.zeros(len(groups)), goal.primary, np.asarray(groups)))
    for fold, (_, held) in enumerate(parts):
        assigned[held] = fold
    return assigned


def _digest(goal: Targets, inputs: Inputs, codebook: Codebook, params: TrainParams, seed: int) -> str:
    """First 16 hex digits over everything a training run depends on."""
    state = hashlib.sha256()
    facts = [codebook.digest, params.model_dump(mode="json"), seed, inputs.texts, inputs.headlines, inputs.sections]
    state.update(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode())
    for array in (goal.rows, goal.labels, goal.primary, goal.omnibus, inputs.vectors):
        state.update(np.ascontiguousarray(array).tobytes())
    return state.hexdigest()[:16]


@dataclass(frozen=True)
class _Run:
    """One training run: everything that is known before the first fit."""

    everything: Inputs
    texts: CodebookTexts
    goal: Targets
    groups: list[str]
    codebook: Codebook
    params: TrainParams
    seed: int

    def trained(self, ids: Sequence[str]) -> Trained:
        """Cross-validate, learn what decides from it, fit on everything."""
        goal, params = self.goal, self.params
        training = Training(self.everything.take(goal.rows), goal.labels, goal.primary)
        folds = assign_folds(goal, self.groups, params.folds, self.seed)
        if (folds < 0).all():
            k = len(self.codebook.ids)
            decisions, decider = Decisions.empty(training.inputs, k), Decider.unlearned(k)
            answers = decider.answer(decisions)
        else:
            decisions = cross_decide(training, folds, self.fit)
            decider = Decider.fit(decisions, goal.labels, goal.primary, goal.omnibus, params.min_support)
            answers = cross_answer(decisions, goal, folds, params.min_support)
        out = OutOfFold(goal.rows, folds, self.groups, decisions, answers, goal)
        classifier = self.classifier(training, decider, ids)
        return Trained(classifier, None if (folds < 0).all() else self.evaluation(training, out, decider), out)

    @property
    def fit(self) -> Fit:
        """How the classifier's scorer is fitted on some of the labelled measures."""
        return scorer_fit(self.texts, self.codebook, self.params.blocks(), self.params.c, self.everything)

    def classifier(self, training: Training, decider: Decider, ids: Sequence[str]) -> Classifier:
        """The scorer fitted on all labels, with what was learned out of fold."""
        weights, c = self.params.blocks(), self.params.c
        scorer = fit_scorer(training, self.texts, self.codebook, weights, c, self.everything)
        exemplars = Exemplars.of([ids[row] for row in self.goal.rows], scorer.near)
        digest = _digest(self.goal, self.everything, self.codebook, self.params, self.seed)
        return Classifier(self.codebook, scorer, decider, exemplars, digest)

    def evaluation(self, training: Training, out: OutOfFold, decider: Decider) -> Evaluation:
        """The table of the classifier and, if asked for, simpler systems."""
        systems = {FULL: out.answers}
        if self.params.baselines:
            task = (training, self.goal, out.folds, self.texts, self.codebook, self.params, self.everything)
            systems |= baselines(*task, out.decisions)
        note = (
            f"{len(np.unique(out.folds))}-fold cross-validation on {len(out.rows)} labelled measures in "
            f"{len(set(out.groups))} groups; stacks and thresholds of each fold come from the others"
        )
        found = evaluate(systems, self.goal, out.groups, self.codebook, decider, note)
        if not self.params.baselines:
            return found
        setting = (out.groups, out.folds, self.fit, out.answers, self.params.min_support, self.seed)
        return replace(found, learning=learning_curve(training, self.goal, *setting))


def train(
    measures: pl.DataFrame,
    titles: Mapping[str, str],
    vectors: Vectors,
    labels: Sequence[Label],
    codebook: Codebook,
    params: TrainParams,
    seed: int,
    encode: Encode,
    groups: Mapping[str, str] | None = None,
) -> Trained:
    """Train on the labelled ones among the measures.

    Args:
        measures: the measures table.
        vectors: (n, dim) raw, L2-normalised vectors of its texts, row by row.
        titles: doc_id to document title.
        labels: decisions; those of unknown measures are left out (`labels.unmatched` lists them).
        codebook: the categories; every label must name one of them (`labels.parse` checks).
        params: block weights, regularisation, folds.
        seed: seed of the folds, the only random thing here.
        encode: texts to raw vectors, for headlines, headings, definitions and examples.
        groups: doc_id to what must not be split between folds; the document itself where it is silent. Pass the
            issuer: its plans of two years share half their wording, and figures by document flatter.

    Raises:
        ValueError: measures and vectors differ in length, or neither labels nor codebook examples exist.
    """
    everything = prepare(measures, titles, vectors, encode)
    texts = codebook_texts(codebook, encode, vectors.shape[1])
    ids, docs = measures["measure_id"].to_list(), measures["doc_id"].to_list()
    goal = targets(labels, ids, codebook)
    kept = [(groups or {}).get(docs[row], docs[row]) for row in goal.rows]
    run = _Run(everything, texts, goal, kept, codebook, params, seed)
    with threadpool_limits(1):  # 10 ms a category against 85 where others compete for two cores; and the same bytes
        return run.trained(ids)
