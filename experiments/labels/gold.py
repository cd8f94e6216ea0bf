"""From annotations to gold labels: match each with its measure, compare the annotators, write `gold.jsonl`.

    python experiments/labels/gold.py

Annotations name a measure by source path and ordinal, and repeat its opening characters: a segmentation that cuts
otherwise is found at once instead of shifting every label below it. Where two annotators differ, `adjudicated.jsonl`
decides; without a decision the first annotation stands. Agreement per category goes to `agreement.json`.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.metrics import cohen_kappa_score, f1_score

from pipeline.classification.codebook import load
from pipeline.workspace import Workspace, dumps

ROOT = Path(__file__).resolve().parents[2]
ANNOTATIONS = ROOT / "data/labels/annotations"
Key = tuple[str, int]


def read(pattern: str) -> dict[Key, dict[str, Any]]:
    """Annotations of all files that match, by (source path, ordinal), each with its annotator's name."""
    found: dict[Key, dict[str, Any]] = {}
    for path in sorted(ANNOTATIONS.glob(pattern)):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            found[row["source_path"], row["ordinal"]] = {"annotator": path.stem, **row}
    return found


def misplaced(measures: pl.DataFrame, annotations: dict[Key, dict[str, Any]]) -> list[str]:
    """Annotations without a measure, measures without one, and openings that differ."""
    texts = {(path, n): text for path, n, text in measures.select("source_path", "ordinal", "text").iter_rows()}
    problems = [
        f"{path} #{n}: annotated, but there is no such measure" for path, n in sorted(annotations.keys() - texts.keys())
    ]
    problems += [f"{path} #{n}: not annotated" for path, n in sorted(texts.keys() - annotations.keys())]
    for key in sorted(annotations.keys() & texts.keys()):
        opening = annotations[key].get("opening", "")
        if not plain(texts[key]).startswith(plain(opening)):
            problems.append(f"{key[0]} #{key[1]}: begins {texts[key][:14]!r}, annotated as {opening!r}")
    return problems


def plain(text: str) -> str:
    """Without spaces and with one form of punctuation: cleaning unifies what the annotator saw in the file."""
    return "".join(text.split()).translate(str.maketrans(",;:()?!", "，；：（）？！"))


def agreement(
    first: dict[Key, dict[str, Any]], second: dict[Key, dict[str, Any]], categories: list[str]
) -> dict[str, Any]:
    """How two annotators agree: primary, label sets (micro-F1) and Cohen's kappa a category, over common measures."""
    keys = sorted(first.keys() & second.keys())
    matrices = [np.array([[c in side[key]["labels"] for c in categories] for key in keys]) for side in (first, second)]
    a, b = matrices
    kappa = {
        c: round(float(cohen_kappa_score(a[:, i], b[:, i])), 4)
        for i, c in enumerate(categories)
        if a[:, i].any() or b[:, i].any()
    }
    return {
        "n": len(keys),
        "primary": round(float(np.mean([first[k]["primary"] == second[k]["primary"] for k in keys])), 4),
        "micro_f1": round(float(f1_score(a, b, average="micro")), 4),
        "macro_kappa": round(float(np.mean(list(kappa.values()))), 4),
        "kappa": kappa,
        "support": {c: [int(a[:, i].sum()), int(b[:, i].sum())] for i, c in enumerate(categories)},
    }


def main() -> int:
    """Write gold labels and agreement; exit 1 when annotations and measures do not fit."""
    codebook = load((ROOT / "configs/taxonomy.yaml").read_text("utf-8"), "configs/taxonomy.yaml")
    workspace = Workspace(ROOT / "data")
    paths = workspace.read("documents").select("doc_id", "source_path")
    measures = workspace.read("measures").join(paths, on="doc_id")
    authors, readers, decided = read("author-*.jsonl"), read("reader-*.jsonl"), read("adjudicated.jsonl")
    problems = misplaced(measures, authors)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    rows = []
    for path, ordinal, measure_id in (
        measures.select("source_path", "ordinal", "measure_id").sort("measure_id").iter_rows()
    ):
        row = decided.get((path, ordinal)) or authors[path, ordinal]
        rows.append(
            {
                "measure_id": measure_id,
                "primary": row["primary"],
                "labels": row["labels"],
                "omnibus": bool(row.get("omnibus", False)),
                "annotator": row["annotator"],
                "codebook": codebook.version,
            }
        )
    workspace.write_jsonl("labels/gold.jsonl", rows)
    if readers:
        workspace.write_text("labels/agreement.json", dumps(agreement(authors, readers, codebook.ids)))
    support: dict[str, int] = defaultdict(int)
    for row in rows:
        for label in row["labels"]:
            support[label] += 1
    print(f"{len(rows)} gold labels; rarest: {sorted(support.items(), key=lambda item: item[1])[:5]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
