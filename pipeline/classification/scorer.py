"""The scoring part of the classifier: from inputs to decision scores, and how it is fitted on labelled inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.codebook import Codebook
from pipeline.classification.cues import CueTable
from pipeline.classification.features import FeatureSpace, Seen
from pipeline.classification.inputs import CodebookTexts, Inputs
from pipeline.classification.linear import Columns, LinearHeads, Reduced, fit_heads
from pipeline.classification.near import Near
from pipeline.classification.prior import Anchors, Prior, pair_features
from pipeline.classification.sentences import gather

EXAMPLE_WEIGHT = 0.5
"""Weight of a worked example among labelled measures: it is short, clean and of one category, unlike real ones."""


@dataclass(frozen=True)
class Reading:
    """What is known of m texts and k categories, each (m, k).

    `prior`: log-odds from the codebook alone; `heads`: log-odds learned from labelled measures; `near`: closeness to
    the nearest labelled ones.
    """

    prior: NDArray[np.float64]
    heads: NDArray[np.float64]
    near: NDArray[np.float64]

    @property
    def parts(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The three arrays."""
        return self.prior, self.heads, self.near

    @classmethod
    def empty(cls, m: int, k: int) -> Reading:
        """Zeros to be filled fold by fold."""
        return cls(np.zeros((m, k)), np.zeros((m, k)), np.zeros((m, k)))

    def put(self, rows: NDArray[np.int64], other: Reading) -> None:
        """Write another's rows into these places."""
        for mine, theirs in zip(self.parts, other.parts, strict=True):
            mine[rows] = theirs

    def take(self, rows: NDArray[np.int64]) -> Reading:
        """Some rows of it."""
        return Reading(*(part[rows] for part in self.parts))


@dataclass(frozen=True)
class Decisions:
    """Scores of n measures: read `whole`, and read sentence by sentence (`sentences`, rows in reading order).

    `primary` (n, k): log-odds of being the primary category; `anything` (n,): of belonging to any category at all;
    `within` (m,): the same of each sentence; `counts` (n,): sentences of each measure; `lengths` (m,) in characters.
    """

    whole: Reading
    primary: NDArray[np.float64]
    anything: NDArray[np.float64]
    sentences: Reading
    within: NDArray[np.float64]
    counts: NDArray[np.int64]
    lengths: NDArray[np.float64]

    @classmethod
    def empty(cls, inputs: Inputs, k: int) -> Decisions:
        """Zeros for these inputs."""
        n, found = len(inputs), inputs.sentences
        lengths = np.array([len(text) for text in found.texts], dtype=np.float64)
        m = len(lengths)
        pieces = Reading.empty(m, k)
        return cls(Reading.empty(n, k), np.zeros((n, k)), np.zeros(n), pieces, np.zeros(m), found.counts, lengths)

    @property
    def starts(self) -> NDArray[np.int64]:
        """(n,) row of each measure's first sentence."""
        return np.asarray(np.cumsum(self.counts) - self.counts)

    @property
    def belonging(self) -> NDArray[np.float64]:
        """(n, 1, 2) log-odds of belonging to any category: of the whole text, and the most of any sentence."""
        if not len(self.anything):
            return np.zeros((0, 1, 2))
        return np.stack([self.anything, np.maximum.reduceat(self.within, self.starts)], axis=1)[:, None]

    def put(self, rows: NDArray[np.int64], other: Decisions) -> None:
        """Write another's rows into these places."""
        places = gather(self.starts[rows], self.counts[rows])
        self.whole.put(rows, other.whole)
        self.primary[rows], self.anything[rows] = other.primary, other.anything
        self.sentences.put(places, other.sentences)
        self.within[places] = other.within

    def take(self, rows: NDArray[np.int64]) -> Decisions:
        """Some rows of it."""
        places = gather(self.starts[rows], self.counts[rows])
        return Decisions(
            self.whole.take(rows),
            self.primary[rows],
            self.anything[rows],
            self.sentences.take(places),
            self.within[places],
            self.counts[rows],
            self.lengths[places],
        )


@dataclass(frozen=True)
class Scorer:
    """Feature space, prior, linear heads and neighbours, all of the same labelled measures."""

    space: FeatureSpace
    cues: CueTable
    prior: Prior
    labels: LinearHeads
    primary: LinearHeads
    anything: LinearHeads
    near: Near

    def pairs(self, seen: Seen) -> NDArray[np.float64]:
        """(n, k, 12) features of the prior."""
        return pair_features(seen, self.cues, self.prior.anchors)

    def decide(self, inputs: Inputs) -> Decisions:
        """Score inputs; callers batch them (a batch of 4096 needs about 1 GB)."""
        counts, found = self.space.counts(inputs), inputs.sentences
        seen, pieces = self.space.see(inputs, counts), self.space.see(inputs.by_sentence(), counts)
        lengths = np.array([len(text) for text in found.texts], dtype=np.float64)
        primary = self.primary.decide(seen.columns)
        anything, within = (self.anything.decide(part.columns)[:, 0] for part in (seen, pieces))
        return Decisions(self.read(seen), primary, anything, self.read(pieces), within, found.counts, lengths)

    def anything_of(self, inputs: Inputs) -> NDArray[np.float64]:
        """(n,) log-odds of belonging to any category, which need no sentences."""
        return np.asarray(self.anything.decide(self.space.see(inputs).columns)[:, 0])

    def read(self, seen: Seen) -> Reading:
        """The three scores of texts, measures or sentences."""
        prior = self.prior.log_odds(self.pairs(seen))
        return Reading(prior, self.labels.decide(seen.columns), self.near.closeness(seen.text))


@dataclass(frozen=True)
class Training:
    """Labelled inputs: `labels` (n, k) bool, `primary` (n,) column of the primary category or -1."""

    inputs: Inputs
    labels: NDArray[np.bool_]
    primary: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Training:
        """Some rows of it."""
        return Training(self.inputs.take(rows), self.labels[rows], self.primary[rows])


def fit_scorer(
    training: Training,
    texts: CodebookTexts,
    codebook: Codebook,
    weights: Mapping[str, float],
    c: float,
    reference: Inputs | None = None,
) -> Scorer:
    """Fit on labelled measures and, at half weight, the codebook's worked examples.

    `weights`: block weights of the features; `c`: inverse regularisation; `reference`: measures, labelled or not,
    whose mean the vectors are centred on (the training ones if none are given). Without any labelled measure the
    scorer is the codebook's alone.
    """
    joint = with_examples(training, texts)
    n, examples = len(training.inputs), len(joint.inputs) - len(training.inputs)
    space = FeatureSpace.fit(joint.inputs, reference or joint.inputs, weights)
    cues, anchors = CueTable.of(codebook), Anchors.of(texts)
    own = np.concatenate([np.full(n, -1), np.arange(examples)])
    seen = space.see(joint.inputs)
    pairs = pair_features(seen, cues, anchors, own)
    fitted_on = slice(0, n) if n else slice(None)
    prior = Prior.fit(anchors, pairs[fitted_on], joint.labels[fitted_on])
    labels, primary, anything = fit_all_heads(seen.columns, joint, n, c)
    return Scorer(space, cues, prior, labels, primary, anything, Near.of(seen.text, joint.labels))


def with_examples(training: Training, texts: CodebookTexts) -> Training:
    """The labelled measures, then the codebook's worked examples."""
    examples = np.flatnonzero(texts.is_example)
    return Training(
        training.inputs.joined(texts.inputs.take(examples)),
        np.vstack([training.labels, texts.labels[examples]]),
        np.concatenate([training.primary, texts.primary[examples]]),
    )


def fit_all_heads(columns: Columns, joint: Training, n: int, c: float) -> tuple[LinearHeads, LinearHeads, LinearHeads]:
    """Heads for having a category, for its being the primary one, and one head for belonging to any.

    Rows from `n` on are worked examples.
    """
    reduced = Reduced.of(columns)
    weight = np.where(np.arange(len(joint.inputs)) < n, 1.0, EXAMPLE_WEIGHT)
    main = joint.primary[:, None] == np.arange(joint.labels.shape[1])
    anything = np.asarray(joint.labels.any(axis=1))[:, None]
    labels, primary, some = (fit_heads(reduced, targets, weight, c) for targets in (joint.labels, main, anything))
    return labels, primary, some
