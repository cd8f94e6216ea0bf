"""Fit `pipeline/search/calibration.json`: what the scores of search amount to, from judged queries.

`python experiments/benchmarks/calibrate_search.py --workspace W [--write]`, W a workspace of the real corpus.

Pairs are a query and a measure: the judged ones, and as many unjudged ones drawn by a seed, which count as unrelated
and are weighted to stand for more of their kind. Two scales: same topic from grade 2; at grade 3 the same measure or,
for a phrase, just what is asked. Fitted on the queries that may be tuned on, checked on those held back. Prints the
file's content.
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from pipeline.search import scale
from pipeline.search.asking import ask
from pipeline.settings import Settings
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.index import load_index
from pipeline.stages.search_quality import read_queries
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.search.judgements import JudgedQuery

EDGES = (0.0, scale.POSSIBLE, scale.LIKELY, 0.75, 1.0)
LEAST = {"same_measure": 3, "same_topic": 2}
"""The lowest grade that is positive on each scale."""

SEED = 20261122
UNJUDGED_WEIGHT = 20.0
"""How many an unjudged pair stands for: a query has 18 judged measures, as many drawn, and some 400 candidates."""


class Pairs:
    """Features (k, 2), weights (k,), and grades (k,; -1 unjudged)."""

    def __init__(self, workspace: Workspace, queries: list[JudgedQuery], rng: np.random.Generator) -> None:
        settings = Settings()
        index, encode = load_index(workspace, settings), CachedEncoder(settings)
        parts = index._parts  # noqa: SLF001 - what hits are made from
        features, grades = [], []
        for judged in queries:
            asked = ask(judged.query, parts, encode)
            known = {parts.row[measure_id]: grade for measure_id, grade in judged.grades.items()}
            others = np.setdiff1d(np.arange(len(index)), [*known, *asked.rows])
            drawn = rng.choice(others, len(known), replace=False)
            rows = np.concatenate([np.array(list(known), np.int64), drawn])
            near = parts.dense.top(asked.dense, scale.NEIGHBOURS)[0]
            vectors = parts.dense.rows(rows)
            meaning = scale.neighbourhood_cosines(asked.dense, vectors, parts.dense.rows(near))
            wording = parts.lexical["words"].cosines(asked.lexical["words"], rows)
            features.append(np.stack([meaning, np.sqrt(np.maximum(wording, 0))], 1))
            grades += [*known.values(), *([-1] * len(drawn))]
        self.features = np.concatenate(features).astype(np.float64)
        self.grades = np.array(grades)
        self.weights = np.where(self.grades < 0, UNJUDGED_WEIGHT, 1.0)


def held(probability: np.ndarray, same: np.ndarray, weights: np.ndarray) -> dict[str, Any]:
    """How well probabilities hold over all pairs, by weight."""
    bins = []
    for low, high in itertools.pairwise(EDGES):
        inside = (probability >= low) & (probability < high + (high == 1))
        if inside.any():
            bins.append(
                {
                    "from": low,
                    "n": int(inside.sum()),
                    "predicted": round(float(np.average(probability[inside], weights=weights[inside])), 3),
                    "true": round(float(np.average(same[inside], weights=weights[inside])), 3),
                }
            )
    return {
        "pairs": len(same),
        "base_rate": round(float(np.average(same, weights=weights)), 4),
        "auc": round(float(roc_auc_score(same, probability, sample_weight=weights)), 3),
        "log_loss": round(float(log_loss(same, probability, sample_weight=weights)), 4),
        "bins": bins,
    }


def fitted(dev: Pairs, back: Pairs, least: int) -> dict[str, Any]:
    """The coefficients of one scale, and how well it holds where it was fitted and where it was not."""
    model = LogisticRegression(C=1e3).fit(dev.features, dev.grades >= least, dev.weights)
    checks = {
        part: held(model.predict_proba(pairs.features)[:, 1], pairs.grades >= least, pairs.weights)
        for part, pairs in (("fit", dev), ("check", back))
    }
    return {
        "meaning": round(float(model.coef_[0][0]), 3),
        "wording": round(float(model.coef_[0][1]), 3),
        "intercept": round(float(model.intercept_[0]), 3),
        "source": "judged queries over 51 real documents (experiments/queries)",
        **checks,
    }


def main() -> None:
    """Fit, check, print and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--queries", type=Path, default=Path("data/labels/queries"))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    workspace, rng = Workspace(arguments.workspace), np.random.default_rng(SEED)
    queries = read_queries(workspace, arguments.queries)
    report = {}
    for name in ("measure", "phrase"):
        own = [query for query in queries if (query.kind == "measure") == (name == "measure")]
        dev = Pairs(workspace, [query for query in own if not query.held_back], rng)
        back = Pairs(workspace, [query for query in own if query.held_back], rng)
        report[name] = {scale_name: fitted(dev, back, least) for scale_name, least in LEAST.items()}
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    print(text)
    if arguments.write:
        (Path(scale.__file__).parent / "calibration.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
