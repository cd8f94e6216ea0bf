"""A category on its first day: only its definition, or eight labelled measures besides, and nobody has labelled more.

    python experiments/new_category.py WORKSPACE [--seeds 2]

Three categories are new at a time, ten times, until each has been: their cue words and worked examples leave the
codebook, every measure that has one of them leaves the training set, and eight of each, drawn at random, come back.
Trained as ever, scored on whole issuers held out (another fifth for each seed) and on the five real plans of WORKSPACE,
for the new categories alone. Writes `experiments/results/new-category.md`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import real_plans
from contrastive import remembered
from numpy.typing import NDArray
from real_plans import Real

from pipeline.classification.codebook import Codebook
from pipeline.classification.decide import Answers
from pipeline.classification.inputs import Encode, Inputs, prepare
from pipeline.classification.labels import Targets, targets
from pipeline.classification.metrics import average_precision
from pipeline.classification.training import assign_folds, train
from pipeline.settings import Settings
from pipeline.stages.classify import read_codebook, titles_of
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.train import EXAMPLES, groups_of, labels_of
from pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "experiments/results/new-category.md"
SHOTS = 8
AT_ONCE = 3
FOLDS = 3
"""Folds within the training set, for stack and thresholds; the classifier has 5, which takes longer."""
ABOUT = (
    "A category on its first day. Three categories at a time lose their cue words, their worked examples and every",
    "measure that has one of them; then come back with a definition alone, with the codebook's whole entry, or with",
    "a definition and 8 labelled measures drawn at random. Whole issuers held out, and five real plans; figures are",
    "of the new categories alone. `ranking`: average precision of a list by falling probability, which is what an",
    "analyst sees who looks for measures to label. `processor s`: the whole training.",
    "",
    "The same day: write the entry into the file that the parameter `taxonomy` names, give some measures the new label",
    "at `/review` (or `jucuo review apply FILE --reviewer NAME`), then `jucuo review retrain` exports the decisions,",
    "trains and classifies again. By its definition alone a category is known once anything at all has been decided.",
)
Counts = NDArray[np.int64]
"""(3,): right, said, gold."""


@dataclass(frozen=True)
class Setting:
    """What is known of a new category: some labelled measures (`shots`), cue words and worked examples (`entry`)."""

    name: str
    shots: bool
    entry: bool


SETTINGS = (
    Setting("definition", shots=False, entry=False),
    Setting("definition, cue words, worked examples", shots=False, entry=True),
    Setting("definition, 8 labelled measures", shots=True, entry=False),
)
EVERYTHING = "for comparison: all labels"


@dataclass
class Tally:
    """Counts by category, summed over seeds: `held` on issuers held out, `real` on the real plans.

    `ranked`: average precision of each run on the issuers held out; `seconds`: processor time of each training.
    """

    held: dict[str, Counts] = field(default_factory=dict)
    real: dict[str, Counts] = field(default_factory=dict)
    ranked: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, category: str, held: Counts, real: Counts) -> None:
        """One more run."""
        for where, counts in ((self.held, held), (self.real, real)):
            where[category] = where.get(category, np.zeros(3, np.int64)) + counts


@dataclass(frozen=True)
class Task:
    """The sample's labelled measures, ready to be divided."""

    examples: pl.DataFrame
    titles: Mapping[str, str]
    everything: Inputs
    goal: Targets
    groups: dict[str, str]
    codebook: Codebook
    real: Real
    encode: Encode
    settings: Settings

    def folds(self, seed: int) -> NDArray[np.int64]:
        """(n,) the fold of each labelled measure, whole issuers together."""
        issuers = [self.groups[doc] for doc in self.examples["doc_id"].gather(self.goal.rows)]
        return assign_folds(self.goal, issuers, self.settings.train.folds, seed)

    def run(
        self, codebook: Codebook, rows: NDArray[np.int64], held: NDArray[np.int64], seed: int
    ) -> tuple[Runs, float]:
        """Train on `rows`, answer for `held` and for the real plans."""
        frame = self.examples[self.goal.rows[rows]]
        params = self.settings.train.model_copy(update={"baselines": False, "folds": FOLDS})
        vectors = self.everything.vectors[self.goal.rows[rows]]
        start = time.process_time()
        named = (labels_of(frame), codebook, params, seed, self.encode, self.groups)
        classifier = train(frame, self.titles, vectors, *named).classifier
        took = time.process_time() - start
        inputs = self.everything.take(self.goal.rows[held])
        return Runs(classifier.answers(inputs), classifier.answers(self.real.inputs)), took


@dataclass(frozen=True)
class Runs:
    """What a classifier says of issuers held out and of the real plans."""

    held: Answers
    real: Answers

    def counts(self, task: Task, held: NDArray[np.int64], column: int) -> tuple[Counts, Counts]:
        """Right, said and gold for one category, here and there."""
        same = task.real.agreed[:, column]
        truth = task.goal.labels[held, column], task.real.first.labels[same, column]
        said = self.held.assigned[:, column], self.real.assigned[same, column]
        here, there = (np.array([(a & b).sum(), b.sum(), a.sum()]) for a, b in zip(truth, said, strict=True))
        return here, there


def without(codebook: Codebook, new: list[str], *, entry: bool) -> Codebook:
    """The codebook of the first day: the new categories' cues and examples only with `entry`, nobody else's on them."""
    categories = []
    for category in codebook.categories:
        if category.id not in new:
            examples = tuple(each for each in category.examples if not set(new) & set(each.labels))
            categories.append(category.model_copy(update={"examples": examples}))
        else:
            categories.append(category if entry else category.model_copy(update={"cues": {}, "examples": ()}))
    return codebook.model_copy(update={"categories": tuple(categories)})


def day_one(task: Task, seed: int) -> Iterator[tuple[str, str, Runs, NDArray[np.int64], float]]:
    """Every run of a seed: setting, category, what was assigned, the rows held out, the time it took."""
    folds, random = task.folds(task.settings.seed), np.random.default_rng(seed)
    held, rest = np.flatnonzero(folds == seed), np.flatnonzero(folds != seed)
    runs, took = task.run(task.codebook, rest, held, seed)
    for name in task.codebook.ids:
        yield EVERYTHING, name, runs, held, took
    for columns in random.permutation(len(task.codebook.ids)).reshape(-1, AT_ONCE).tolist():
        new, has = [task.codebook.ids[column] for column in columns], task.goal.labels[np.ix_(rest, columns)]
        drawn = [random.choice(rest[having], min(SHOTS, int(having.sum())), replace=False) for having in has.T]
        for setting in SETTINGS:
            shots = drawn if setting.shots else []
            rows = np.unique(np.concatenate([rest[~has.any(axis=1)], *shots]))
            runs, took = task.run(without(task.codebook, new, entry=setting.entry), rows, held, seed)
            for name in new:
                yield setting.name, name, runs, held, took


def rates(counts: Counts) -> tuple[float, float, float]:
    """Precision, recall and F1 from right, said, gold."""
    right, said, gold = counts.tolist()
    return right / max(said, 1), right / max(gold, 1), 2 * right / max(said + gold, 1)


def line(name: str, tally: Tally) -> str:
    """Means over the categories that occur, here and there, of the rankings, and of the time."""
    cells = []
    for where in (tally.held, tally.real):
        found = np.array([rates(counts) for counts in where.values() if counts[2]])
        cells += [f"{value:.3f}" for value in found.mean(axis=0)]
    cells.insert(len(cells) // 2, f"{np.mean(tally.ranked):.3f}")
    return f"| {name} | {' | '.join(cells)} | {np.mean(tally.seconds):.0f} |"


def page(tallies: Mapping[str, Tally], task: Task, seeds: int) -> str:
    """The table, and a second one by category."""
    head = "| known of the new category | P | R | F1 | ranking | real P | real R | real F1 | processor s |"
    lines = [head, "|" + "---|" * (head.count("|") - 1)]
    lines += [line(name, tallies[name]) for name in (*(s.name for s in SETTINGS), EVERYTHING)]
    names = [s.name for s in SETTINGS] + [EVERYTHING]
    lines += ["", "F1 by category on the issuers held out:", "", f"| category | {' | '.join(names)} |"]
    lines.append("|" + "---|" * (len(names) + 1))
    for name in task.codebook.ids:
        lines.append(f"| {name} | {' | '.join(f'{rates(tallies[n].held[name])[2]:.2f}' for n in names)} |")
    return "\n".join(
        ["# new-category", "", *ABOUT, "", f"Means over thirty categories; seeds: {seeds}.", "", *lines, ""]
    )


def main() -> None:
    """Make the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--seeds", type=int, choices=range(1, 6), default=2)
    asked = parser.parse_args()
    settings, sample = Settings(), Workspace(ROOT / "data")
    examples, codebook = pl.read_parquet(sample.path(EXAMPLES)), read_codebook(settings)
    cached, titles = CachedEncoder(settings), titles_of(examples)
    vectors = cached(examples["text"].to_list())
    encode = remembered(cached, vectors.shape[1])
    goal = targets(labels_of(examples), examples["measure_id"].to_list(), codebook)
    everything = prepare(examples, titles, vectors, encode)
    real = real_plans.read(Workspace(asked.workspace), codebook.ids, cached)
    groups = groups_of(examples, sample.read("documents"))
    task = Task(examples, titles, everything, goal, groups, codebook, real, encode, settings)
    tallies: dict[str, Tally] = {}
    for seed in range(asked.seeds):
        for setting, name, runs, held, took in day_one(task, seed):
            tally = tallies.setdefault(setting, Tally())
            tally.add(name, *runs.counts(task, held, codebook.index[name]))
            tally.seconds.append(took)
            truth, column = goal.labels[held], codebook.index[name]
            if truth[:, column].any():
                tally.ranked.append(average_precision(runs.held.probabilities[:, column], truth[:, column]))
        TARGET.write_text(page(tallies, task, seed + 1), "utf-8")
    print(TARGET.read_text("utf-8"))


if __name__ == "__main__":
    main()
