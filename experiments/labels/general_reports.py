"""What the classifier finds, and what it loses, in real reports of governments at large.

    python experiments/labels/general_reports.py WORKSPACE

WORKSPACE holds the reports' documents and measures (`jucuo run --corpus FOLDER --workspace WORKSPACE`). 111 of their
measures are labelled by two annotators (`real-reports-*.jsonl`); a (measure, category) on which they differ counts
neither way. Most of these measures are about other fields; in others one sentence of ten is about education and
names every level of schooling in a clause of its own. Writes `experiments/results/general-reports.md`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from pipeline.classification.inputs import prepare
from pipeline.classification.metrics import ratio
from pipeline.classification.model import Classifier
from pipeline.settings import Settings
from pipeline.stages.classify import load_classifier, titles_of
from pipeline.stages.embed import CachedEncoder
from pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
ANNOTATIONS = ROOT / "data/labels/annotations"
TARGET = ROOT / "experiments/results/general-reports.md"
MANY = 3
"""Categories from which a measure counts as one with many."""


@dataclass(frozen=True)
class Judged:
    """n measures: `gold` (n, k) by the first annotator, `agreed` (n, k), `said` (n, k) by the classifier.

    (n,) each: `field`, calibrated log-odds of belonging to any category; what they come from, the score of the `whole`
    and that of the `best` sentence.
    """

    gold: NDArray[np.bool_]
    agreed: NDArray[np.bool_]
    said: NDArray[np.bool_]
    field: NDArray[np.float64]
    whole: NDArray[np.float64]
    best: NDArray[np.float64]

    def cells(self, rows: NDArray[np.bool_]) -> list[str]:
        """Measures, labels, precision, recall and F1 in some of the rows."""
        counted = self.agreed & rows[:, None]
        gold, said = self.gold & counted, self.said & counted
        right = float((gold & said).sum())
        precision, recall = ratio(right, float(said.sum())), ratio(right, float(gold.sum()))
        f1 = ratio(2 * right, float(gold.sum() + said.sum()))
        return [str(int(rows.sum())), str(int(gold.sum())), *(f"{value:.3f}" for value in (precision, recall, f1))]


def judge(workspace: Workspace, classifier: Classifier, encode: CachedEncoder) -> Judged:
    """Classify the annotated measures; raises ValueError when the workspace has none of them."""
    sides = []
    for name in ("a", "b"):
        lines = (ANNOTATIONS / f"real-reports-{name}.jsonl").read_text("utf-8").splitlines()
        sides.append({row["measure_id"]: row["labels"] for row in map(json.loads, lines)})
    documents, measures = workspace.read("documents"), workspace.read("measures")
    chosen = measures.filter(pl.col("measure_id").is_in(list(sides[0])))
    if chosen.is_empty():
        raise ValueError("none of the annotated measures is in the workspace: make it from the annotated reports")
    ids = classifier.codebook.ids
    first, second = (
        np.array([[name in side[key] for name in ids] for key in chosen["measure_id"]], dtype=np.bool_)
        for side in sides
    )
    titles, vectors = titles_of(documents), encode(chosen["text"].to_list())
    decisions = classifier.scorer.decide(prepare(chosen, titles, vectors, encode))
    field = classifier.decider.field.log_odds(decisions.belonging)[:, 0]
    said = classifier.answer(chosen, titles, vectors, encode).assigned
    whole, best = decisions.belonging[:, 0].T
    return Judged(first, first == second, said, field, whole, best)


def page(found: Judged) -> str:
    """The table of where labels are found and lost."""
    some = found.gold.any(axis=1)
    inside, many = found.field >= 0, (found.gold & found.agreed).sum(axis=1) >= MANY
    parts = {
        "all": np.ones(len(some), dtype=np.bool_),
        "about education, taken for another field": some & ~inside,
        "about education, taken for that": some & inside,
        f"… with {MANY} categories or more": some & inside & many,
        "… with fewer": some & inside & ~many,
    }
    head = "| measures | n | labels | precision | recall | F1 |"
    lines = [head, "|" + "---|" * (head.count("|") - 1)]
    lines += [f"| {name} | {' | '.join(found.cells(rows))} |" for name, rows in parts.items()]
    whole, best = (roc_auc_score(some, scores) for scores in (found.whole, found.best))
    note = (
        f"{len(some)} measures of real general reports, {int((~some).sum())} of them about other fields. How well the "
        f"head for belonging to any category tells these apart (area under the curve): of a measure read whole "
        f"{whole:.3f}, of its best sentence {best:.3f}."
    )
    return "\n".join(["# general-reports", "", note, "", *lines, ""])


def main() -> None:
    """Write and print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    settings = Settings()
    encode = CachedEncoder(settings)
    encode([""])  # the encoder pins its kernels before anything else loads torch
    classifier = load_classifier(Workspace(ROOT / "data"), settings)
    TARGET.write_text(page(judge(Workspace(parser.parse_args().workspace), classifier, encode)), "utf-8")
    print(TARGET.read_text("utf-8"))


if __name__ == "__main__":
    main()
