"""Figures of merit of multi-label answers against gold labels. Pure array functions."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.decide import Answers
from pipeline.classification.labels import Targets

BINS = 10
SHOWN = 0.05
"""Calibration is measured on pairs of at least this probability: nearly all others are certain zeros and flatter it."""
TOP = 3
RESAMPLES = 1000


@dataclass(frozen=True)
class Scores:
    """Overall figures, all in [0, 1].

    Intervals are 95% percentiles over resampled document groups. `ece`: expected calibration error over 10 equal-width
    bins of pairs with probability >= 0.05. `none_*`: measures that belong to no category.
    """

    n: int
    micro_f1: float
    micro_f1_low: float
    micro_f1_high: float
    macro_f1: float
    macro_f1_low: float
    macro_f1_high: float
    micro_precision: float
    micro_recall: float
    primary_accuracy: float
    primary_accuracy_low: float
    primary_accuracy_high: float
    top3_recall: float
    none_precision: float
    none_recall: float
    omnibus_f1: float
    brier: float
    brier_low: float
    brier_high: float
    ece: float
    ece_low: float
    ece_high: float

    def flat(self) -> dict[str, float]:
        """Name to rounded figure, for metrics files."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class CategoryScore:
    """One category's figures; `support` counts gold measures."""

    category: str
    support: int
    assigned: int
    precision: float
    recall: float
    f1: float
    average_precision: float
    threshold: float


def ratio(hits: float, total: float) -> float:
    """Share hits / total; 0 where there is nothing to divide by."""
    return float(hits / total) if total else 0.0


def f1(hits: NDArray[np.float64], assigned: NDArray[np.float64], gold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Elementwise F1 from counts; 0 where a category is neither assigned nor gold."""
    return np.asarray(2 * hits / np.maximum(assigned + gold, 1))


def calibration_bins(probabilities: NDArray[np.float64], truth: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Reliability diagram of pairs with probability >= 0.05: a row a bin with count, mean probability, frequency."""
    shown = probabilities >= SHOWN
    values, hits = probabilities[shown], truth[shown]
    place = np.minimum((values * BINS).astype(np.int64), BINS - 1)
    return [
        {
            "low": i / BINS,
            "count": float((place == i).sum()),
            "probability": float(values[place == i].mean()),
            "frequency": float(hits[place == i].mean()),
        }
        for i in range(BINS)
        if (place == i).any()
    ]


def calibration_error(probabilities: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini et al. 2015) over the bins above, weighted by their counts."""
    bins = calibration_bins(probabilities, truth)
    total = sum(row["count"] for row in bins)
    return ratio(sum(row["count"] * abs(row["probability"] - row["frequency"]) for row in bins), total)


def average_precision(probabilities: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Mean precision at the rank of every positive; 0 without positives."""
    ranked = truth[np.argsort(-probabilities, kind="stable")]
    positions = np.flatnonzero(ranked)
    return float(np.mean(np.arange(1, len(positions) + 1) / (positions + 1))) if len(positions) else 0.0


@dataclass(frozen=True)
class _Counts:
    """Counts a document group, so that resampling groups is one matrix product: (g, k) and (g,) arrays."""

    hits: NDArray[np.float64]
    assigned: NDArray[np.float64]
    gold: NDArray[np.float64]
    primary_hits: NDArray[np.float64]
    primary_gold: NDArray[np.float64]

    @classmethod
    def of(cls, answers: Answers, goal: Targets, groups: list[str]) -> _Counts:
        """Count right, assigned and gold labels in each of the g distinct `groups`, in the order of their names."""
        names, place = np.unique(np.asarray(groups), return_inverse=True)
        member = (np.arange(len(names))[:, None] == place[None, :]).astype(np.float64)
        labelled = goal.primary >= 0
        return cls(
            member @ (answers.assigned & goal.labels),
            member @ answers.assigned,
            member @ goal.labels,
            member @ ((answers.primary == goal.primary) & labelled),
            member @ labelled,
        )

    def resampled(self, times: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Micro-F1, macro-F1 and primary accuracy for each row of `times` (b, g): how often each group is drawn."""
        hits, assigned, gold = times @ self.hits, times @ self.assigned, times @ self.gold
        micro = f1(hits.sum(axis=1), assigned.sum(axis=1), gold.sum(axis=1))
        present = gold > 0
        macro = (f1(hits, assigned, gold) * present).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
        primary = (times @ self.primary_hits) / np.maximum(times @ self.primary_gold, 1)
        return micro, macro, primary


def _draws(n_groups: int, seed: int) -> NDArray[np.float64]:
    """(RESAMPLES, g): how often each group is drawn."""
    drawn = np.random.default_rng(seed).multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=RESAMPLES)
    return drawn.astype(np.float64)


def _calibration_intervals(
    probabilities: NDArray[np.float64], truth: NDArray[np.bool_], groups: list[str], seed: int
) -> list[tuple[float, float, float]]:
    """(figure, low, high) of the Brier score and the expected calibration error, over resampled groups."""
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    squares = np.zeros((len(names), 2))
    np.add.at(squares[:, 0], place, ((probabilities - truth) ** 2).sum(axis=1))
    np.add.at(squares[:, 1], place, float(truth.shape[1]))
    rows, columns = np.nonzero(probabilities >= SHOWN)
    values, hits = probabilities[rows, columns], truth[rows, columns]
    bins = np.minimum((values * BINS).astype(np.int64), BINS - 1)
    count, gap = np.zeros((len(names), BINS)), np.zeros((len(names), BINS))
    np.add.at(count, (place[rows], bins), 1.0)
    np.add.at(gap, (place[rows], bins), values - hits)
    times = np.vstack([np.ones((1, len(names))), _draws(len(names), seed)])
    summed = times @ squares
    brier = summed[:, 0] / np.maximum(summed[:, 1], 1.0)
    ece = np.abs(times @ gap).sum(axis=1) / np.maximum((times @ count).sum(axis=1), 1.0)
    return [(float(each[0]), *np.percentile(each[1:], [2.5, 97.5]).tolist()) for each in (brier, ece)]


def _intervals(counts: _Counts, seed: int) -> list[tuple[float, float, float]]:
    """(figure, low, high) of micro-F1, macro-F1 and primary accuracy."""
    n_groups = len(counts.hits)
    exact = counts.resampled(np.ones((1, n_groups)))
    samples = counts.resampled(_draws(n_groups, seed))
    return [
        (float(value[0]), *np.percentile(sample, [2.5, 97.5]).tolist())
        for value, sample in zip(exact, samples, strict=True)
    ]


def score(answers: Answers, goal: Targets, groups: list[str], seed: int = 0) -> Scores:
    """All overall figures of answers to the measures of `goal`; `groups` (n,) names what is resampled together."""
    hits = (answers.assigned & goal.labels).sum()
    micro, macro, primary = _intervals(_Counts.of(answers, goal, groups), seed)
    labelled = np.flatnonzero(goal.primary >= 0)
    top = np.argsort(-answers.probabilities[labelled], axis=1, kind="stable")[:, :TOP]
    none_said, none_gold = ~answers.assigned.any(axis=1), ~goal.labels.any(axis=1)
    brier, ece = _calibration_intervals(answers.probabilities, goal.labels, groups, seed)
    omnibus_hits = float((answers.omnibus & goal.omnibus).sum())
    return Scores(
        len(goal.rows),
        *micro,
        *macro,
        ratio(hits, answers.assigned.sum()),
        ratio(hits, goal.labels.sum()),
        *primary,
        top3_recall=ratio((top == goal.primary[labelled, None]).any(axis=1).sum(), len(labelled)),
        none_precision=ratio((none_said & none_gold).sum(), none_said.sum()),
        none_recall=ratio((none_said & none_gold).sum(), none_gold.sum()),
        omnibus_f1=ratio(2 * omnibus_hits, float(answers.omnibus.sum() + goal.omnibus.sum())),
        brier=brier[0],
        brier_low=brier[1],
        brier_high=brier[2],
        ece=ece[0],
        ece_low=ece[1],
        ece_high=ece[2],
    )


def by_category(
    answers: Answers, goal: Targets, ids: list[str], thresholds: NDArray[np.float64]
) -> list[CategoryScore]:
    """Figures of every category, in the order of the codebook; also of those without support."""
    rows = []
    for column, name in enumerate(ids):
        said, gold = answers.assigned[:, column], goal.labels[:, column]
        hits, n_said, n_gold = float((said & gold).sum()), float(said.sum()), float(gold.sum())
        precision = average_precision(answers.probabilities[:, column], gold)
        rows.append(
            CategoryScore(
                name,
                int(n_gold),
                int(n_said),
                ratio(hits, n_said),
                ratio(hits, n_gold),
                ratio(2 * hits, n_said + n_gold),
                precision,
                float(thresholds[column]),
            )
        )
    return rows


def confusions(answers: Answers, goal: Targets, ids: list[str]) -> list[tuple[str, str, int]]:
    """(gold primary, said primary, count) of all mistaken primaries, the most frequent first; '' means none."""
    names = [*ids, ""]
    wrong = answers.primary != goal.primary
    pairs, counts = np.unique(
        np.stack([goal.primary[wrong], answers.primary[wrong]], axis=1), axis=0, return_counts=True
    )
    rows = [(names[a], names[b], int(count)) for (a, b), count in zip(pairs.tolist(), counts.tolist(), strict=True)]
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))
