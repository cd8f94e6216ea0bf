"""How the shipped way of training does on real plans it has never seen, against two independent annotators.

    python experiments/labels/transfer.py WORKSPACE

WORKSPACE is made by `jucuo run --corpus FOLDER --workspace WORKSPACE` with the shipped classifier, which
was trained on the sample corpus only. A (measure, category) on which the annotators differ counts neither way, a
primary on which they differ is left out: what people cannot agree on cannot be held against a model.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from pipeline.classification.codebook import load
from pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
ANNOTATIONS = ROOT / "data/labels/annotations"
Key = tuple[str, int]
Matrix = NDArray[np.bool_]
BINS = 10


def read(name: str) -> dict[Key, dict[str, Any]]:
    """One annotator's decisions by (file name, ordinal)."""
    lines = (ANNOTATIONS / name).read_text("utf-8").splitlines()
    return {(Path(row["source_path"]).name, row["ordinal"]): row for row in map(json.loads, lines)}


def matrix(rows: list[dict[str, Any]], categories: list[str]) -> Matrix:
    """(n, k) label indicators."""
    return np.array([[name in row["labels"] for name in categories] for row in rows])


def micro_f1(gold: Matrix, given: Matrix, counted: Matrix) -> float:
    """Micro-F1 over the counted cells."""
    return float(f1_score(gold[counted], given[counted]))


def macro_f1(gold: Matrix, given: Matrix, counted: Matrix) -> float:
    """Mean F1 over the categories that occur among the counted cells."""
    scores = [
        f1_score(gold[counted[:, i], i], given[counted[:, i], i], zero_division=0)
        for i in range(gold.shape[1])
        if gold[counted[:, i], i].any()
    ]
    return float(np.mean(scores))


def calibration_error(truth: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """Expected calibration error over equal-width bins of the pairs with probability >= 0.05 (Naeini et al. 2015)."""
    shown = probability >= 0.05  # noqa: PLR2004 - below it nothing is written to the assignments
    truth, probability = truth[shown], probability[shown]
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == b).mean() * abs(truth[bins == b].mean() - probability[bins == b].mean())
        for b in range(BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps))


def scores(workspace: Workspace) -> dict[str, float]:
    """The annotators against each other, and the workspace's assignments against what both agree on."""
    codebook = load((ROOT / "configs/taxonomy.yaml").read_text("utf-8"), "configs/taxonomy.yaml")
    first, second = read("real-seeds-g.jsonl"), read("real-seeds-reader.jsonl")
    names = workspace.read("documents").select("doc_id", "source_path")
    measures = workspace.read("measures").join(names, on="doc_id")
    columns = measures.select("source_path", "ordinal", "measure_id").iter_rows()
    found = {(Path(path).name, ordinal): measure_id for path, ordinal, measure_id in columns}
    keys = sorted(first.keys() & second.keys() & found.keys())
    a, b = (matrix([side[key] for key in keys], codebook.ids) for side in (first, second))
    row, column = {found[key]: i for i, key in enumerate(keys)}, codebook.index
    model, probability = np.zeros_like(a), np.zeros(a.shape)
    primary: dict[int, str] = {}
    for r in workspace.read("assignments").filter(pl.col("measure_id").is_in(list(row))).iter_rows(named=True):
        i, j = row[r["measure_id"]], column[r["category"]]
        probability[i, j], model[i, j] = r["probability"], r["assigned"]
        if r["primary"]:
            primary[i] = r["category"]
    agreed, everything = a == b, np.ones_like(a)
    same = [i for i, key in enumerate(keys) if first[key]["primary"] == second[key]["primary"]]
    return {
        "n_measures": len(keys),
        "annotators_micro_f1": micro_f1(a, b, everything),
        "annotators_primary": len(same) / len(keys),
        "first_micro_f1": micro_f1(a, model, everything),
        "second_micro_f1": micro_f1(b, model, everything),
        "micro_f1": micro_f1(a, model, agreed),
        "macro_f1": macro_f1(a, model, agreed),
        "primary_accuracy": float(np.mean([primary.get(i) == first[keys[i]]["primary"] for i in same])),
        "ece": calibration_error(a[agreed], probability[agreed]),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    for name, value in scores(Workspace(parser.parse_args().workspace)).items():
        print(f"{name:22} {value:.3f}")


if __name__ == "__main__":
    main()
