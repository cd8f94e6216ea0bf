"""Fit `pipeline/search/calibration.json`: what the scores of search amount to, from labelled measures.

`python experiments/benchmarks/calibrate_search.py --workspace W --labels L.jsonl [--check W2 L2] [--write]`

Labels name a measure by `measure_id` or by `source_path` and `ordinal`, and give its `primary` category. Pairs are
of measures of different documents; the positives are those with the same primary category. Prints the fit and, for
`--check`, how well it holds on other measures.
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from pipeline.embedding.centring import fit_mean
from pipeline.search import scale
from pipeline.search.index import SearchIndex
from pipeline.workspace import Workspace

EDGES = (0.0, 0.1, 0.4, 0.75, 1.0)


def primaries(workspace: Workspace, path: Path) -> dict[str, str]:
    """Primary category of the labelled measures."""
    measures = workspace.read("measures").join(workspace.read("documents").select("doc_id", "source_path"), "doc_id")
    place = {(s, o): i for s, o, i in measures.select("source_path", "ordinal", "measure_id").iter_rows()}
    found = {}
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        measure_id = row.get("measure_id") or place.get((row.get("source_path"), row.get("ordinal")))
        if measure_id and row["primary"]:
            found[measure_id] = row["primary"]
    return found


def pairs(workspace: Workspace, path: Path, *, phrase: bool) -> tuple[np.ndarray, np.ndarray]:
    """Features float64 (k, 2) and whether the primary category is the same, boolean (k,).

    Each labelled measure asks, by its text or (`phrase`) by its headline alone.
    """
    labels, measures = primaries(workspace, path), workspace.read("measures")
    vectors = np.load(workspace.path("features/vectors.npy"))
    headlines = np.load(workspace.path("features/search/headlines.npy"))
    index = SearchIndex.build(measures, workspace.read("documents"), vectors, fit_mean(vectors), headlines=headlines)
    rows = np.array([i for i, measure_id in enumerate(measures["measure_id"]) if measure_id in labels])
    categories = np.array([labels[measure_id] for measure_id in measures["measure_id"].gather(rows)])
    documents, every = measures["doc_id"].to_numpy()[rows], index._dense.rows(slice(None))  # noqa: SLF001
    words = index._lexical["words"]  # noqa: SLF001
    column, asking = ("headline", index._dense.query(headlines)) if phrase else ("text", every)  # noqa: SLF001
    features, same = [], []
    for at, row in enumerate(rows.tolist()):
        if phrase and not scale.is_phrase(measures["headline"][row]):
            continue
        near = np.argsort(-(every @ asking[row]), kind="stable")[: scale.NEIGHBOURS]
        meaning = scale.neighbourhood_cosines(asking[row], every[rows], every[near])
        wording = words.scores(words.vector(measures[column][row]))[rows]
        other = documents != documents[at]
        features.append(np.stack([meaning, np.sqrt(np.maximum(wording, 0))], 1)[other])
        same.append((categories == categories[at])[other])
    return np.concatenate(features).astype(np.float64), np.concatenate(same)


def judged(probability: np.ndarray, same: np.ndarray) -> dict[str, Any]:
    """How well probabilities hold."""
    bins = []
    for low, high in itertools.pairwise(EDGES):
        inside = (probability >= low) & (probability < high + (high == 1))
        if inside.any():
            bins.append(
                {
                    "from": low,
                    "n": int(inside.sum()),
                    "predicted": round(float(probability[inside].mean()), 3),
                    "true": round(float(same[inside].mean()), 3),
                }
            )
    return {
        "pairs": len(same),
        "base_rate": round(float(same.mean()), 4),
        "auc": round(float(roc_auc_score(same, probability)), 3),
        "log_loss": round(float(log_loss(same, probability)), 4),
        "bins": bins,
    }


def main() -> None:
    """Fit, check, print and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=Path("data"))
    parser.add_argument("--labels", type=Path, default=Path("data/labels/gold.jsonl"))
    parser.add_argument("--check", nargs=2, type=Path, action="append", default=[], metavar=("WORKSPACE", "LABELS"))
    parser.add_argument("--source", default="the sample corpus", help="what the labels are of, for the file")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    report = {}
    for name in ("measure", "phrase"):
        features, same = pairs(Workspace(arguments.workspace), arguments.labels, phrase=name == "phrase")
        model = LogisticRegression(C=1e3).fit(features, same)
        report[name] = {
            "meaning": round(float(model.coef_[0][0]), 3),
            "wording": round(float(model.coef_[0][1]), 3),
            "intercept": round(float(model.intercept_[0]), 3),
            "source": arguments.source,
            "fit": judged(model.predict_proba(features)[:, 1], same),
        }
        for workspace, labels in arguments.check:
            others, truth = pairs(Workspace(workspace), labels, phrase=name == "phrase")
            report[name]["check"] = judged(model.predict_proba(others)[:, 1], truth)
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    print(text)
    if arguments.write:
        (Path(scale.__file__).parent / "calibration.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
