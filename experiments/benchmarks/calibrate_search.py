"""Fit `pipeline/search/calibration.json`: what the scores of search amount to, from judged queries.

`python experiments/benchmarks/calibrate_search.py --workspace W [--write]`, W a workspace of the real corpus.

Pairs are a query and a measure: the judged ones, and as many unjudged ones drawn by a seed, which count as unrelated
and are weighted to stand for more of their kind. A pair is positive from grade 2: the same topic or the same measure.
Fitted on the queries that may be tuned on, checked on those held back. Prints the file's content.
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
from pipeline.search.relevance import RELEVANT
from pipeline.settings import Settings
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.index import load_index
from pipeline.stages.search_quality import read_queries
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.search.judgements import JudgedQuery

EDGES = (0.0, 0.1, 0.4, 0.75, 1.0)
SEED = 20261122
UNJUDGED_WEIGHT = 20.0
"""How many an unjudged pair stands for: a query has 18 judged measures, as many drawn, and some 400 candidates."""


class Pairs:
    """Features (k, 2), whether the topic is the same (k,), weights (k,), and grades (k,; -1 unjudged)."""

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
        self.same = self.grades >= RELEVANT
        self.weights = np.where(self.grades < 0, UNJUDGED_WEIGHT, 1.0)


def held(probability: np.ndarray, pairs: Pairs) -> dict[str, Any]:
    """How well probabilities hold, over all pairs by weight, and over the judged ones by grade."""
    same, weights = pairs.same, pairs.weights
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
                    "same_measure": round(float(np.average(pairs.grades[inside] == 3, weights=weights[inside])), 3),  # noqa: PLR2004
                }
            )
    return {
        "pairs": len(same),
        "base_rate": round(float(np.average(same, weights=weights)), 4),
        "auc": round(float(roc_auc_score(same, probability, sample_weight=weights)), 3),
        "log_loss": round(float(log_loss(same, probability, sample_weight=weights)), 4),
        "bins": bins,
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
        model = LogisticRegression(C=1e3).fit(dev.features, dev.same, dev.weights)
        report[name] = {
            "meaning": round(float(model.coef_[0][0]), 3),
            "wording": round(float(model.coef_[0][1]), 3),
            "intercept": round(float(model.intercept_[0]), 3),
            "source": "judged queries over 51 real documents (experiments/queries)",
            "fit": held(model.predict_proba(dev.features)[:, 1], dev),
            "check": held(model.predict_proba(back.features)[:, 1], back),
        }
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    print(text)
    if arguments.write:
        (Path(scale.__file__).parent / "calibration.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
