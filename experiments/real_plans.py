"""The five real plans beside a comparison made on the sample: their measures, their two annotators, the figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from labels import transfer
from numpy.typing import NDArray

from pipeline.classification import evaluation as ev
from pipeline.classification.calibration import Stack, Thresholds, sigmoid
from pipeline.classification.decide import Answers
from pipeline.classification.inputs import Inputs, prepare
from pipeline.classification.scorer import Training
from pipeline.stages.classify import titles_of
from pipeline.stages.embed import CachedEncoder
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class Annotator:
    """What one person says of n measures: `labels` (n, k), `primary` (n,) column or -1."""

    labels: NDArray[np.bool_]
    primary: NDArray[np.int64]

    @property
    def answers(self) -> Answers:
        """The same as a system's answers, certain of everything."""
        omnibus = np.zeros(len(self.primary), np.bool_)
        return Answers(self.labels.astype(np.float64), self.labels, self.primary, omnibus)


@dataclass(frozen=True)
class Real:
    """Real measures and what two annotators say of them."""

    inputs: Inputs
    first: Annotator
    second: Annotator

    @property
    def agreed(self) -> NDArray[np.bool_]:
        """(n, k): where both say the same of a category; elsewhere nothing can be held against a model."""
        return np.asarray(self.first.labels == self.second.labels)


def read(workspace: Workspace, ids: list[str], encode: CachedEncoder) -> Real:
    """The annotated measures of the workspace."""
    sides = [transfer.read(f"real-seeds-{name}.jsonl") for name in ("g", "reader")]
    documents = workspace.read("documents")
    named = workspace.read("measures").join(documents.select("doc_id", "source_path"), on="doc_id")
    keys = [(Path(path).name, n) for path, n in named.select("source_path", "ordinal").iter_rows()]
    rows = [i for i, key in enumerate(keys) if all(key in side for side in sides)]
    measures, place = named[rows], {name: i for i, name in enumerate(ids)} | {None: -1}
    people = []
    for side in sides:
        said = [side[keys[i]] for i in rows]
        people.append(Annotator(transfer.matrix(said, ids), np.array([place[row["primary"]] for row in said])))
    vectors = encode(measures["text"].to_list())
    return Real(prepare(measures, titles_of(documents), vectors, encode), *people)


def figures(answers: Answers, real: Real) -> list[float]:
    """Micro-F1, macro-F1, primary accuracy and calibration error on what both annotators agree on."""
    gold, same = real.first, real.first.primary == real.second.primary
    return [
        transfer.micro_f1(gold.labels, answers.assigned, real.agreed),
        transfer.macro_f1(gold.labels, answers.assigned, real.agreed),
        float((answers.primary == gold.primary)[same].mean()),
        transfer.calibration_error(gold.labels[real.agreed], answers.probabilities[real.agreed]),
    ]


def against(answers: Answers, person: Annotator) -> list[float]:
    """Micro-F1, macro-F1 and primary accuracy with one annotator taken at his word everywhere."""
    everything = np.ones_like(person.labels)
    return [
        transfer.micro_f1(person.labels, answers.assigned, everything),
        transfer.macro_f1(person.labels, answers.assigned, everything),
        float((answers.primary == person.primary).mean()),
    ]


def plain_answers(
    fit: ev.PlainFit, training: Training, folds: NDArray[np.int64], real: Real, min_support: int
) -> Answers:
    """A simple system fitted on the whole sample, calibrated on its out-of-fold scores there."""
    seen = np.zeros(training.labels.shape)
    for fold in np.unique(folds):
        held = np.flatnonzero(folds == fold)
        seen[held] = fit(training.take(np.flatnonzero(folds != fold)))(training.inputs.take(held)).labels
    stack = Stack.fit(seen[:, :, None], training.labels)
    thresholds = Thresholds.fit(sigmoid(stack.log_odds(seen[:, :, None])), training.labels, min_support)
    scores = fit(training)(real.inputs)
    probabilities = sigmoid(stack.log_odds(scores.labels[:, :, None]))
    assigned = thresholds.assign(probabilities)
    primary = np.where(assigned, scores.primary, -np.inf).argmax(axis=1)
    primary[~assigned.any(axis=1)] = -1
    return Answers(probabilities, assigned, primary.astype(np.int64), np.zeros(len(primary), np.bool_))
