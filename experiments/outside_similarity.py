"""The encoder on public test sets, beside its published scores: an outside check that it is what it says.

`python experiments/outside_similarity.py --sets FOLDER [--backends torch-fp32 onnx-int8 …] [--write]`, FOLDER with
`sts-b-zh-test.txt` (Spearman of cosine and score) and `paws-x-zh-test.tsv` (Spearman, average precision). The sets stay
outside the repository.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score

from pipeline.settings import Settings
from pipeline.stages.embed import CachedEncoder

STS, PAWS = "sts-b-zh-test.txt", "paws-x-zh-test.tsv"
PUBLISHED = {STS: 77.7, PAWS: 11.0}
"""Spearman times 100 of multilingual-e5-small in fp32, as the sets' note gives it."""

RESULTS = Path("experiments/results/outside-similarity.md")
Pairs = tuple[list[str], list[str], list[float]]


def pairs_of(path: Path) -> Pairs:
    """Two sentences and a score a pair."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [row[1:] for row in rows[1:]] if path.suffix == ".tsv" else rows
    return [row[0] for row in rows], [row[1] for row in rows], [float(row[2]) for row in rows]


def main() -> None:
    """Score, print, and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--names", nargs="+", default=[STS, PAWS], choices=[STS, PAWS])
    parser.add_argument("--backends", nargs="+", default=["torch-fp32"])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = []
    for backend in arguments.backends:
        settings = Settings.model_validate({"embed": {"backend": backend}})
        encode = CachedEncoder(settings)
        for name in arguments.names:
            first, second, truth = pairs_of(arguments.sets / name)
            cosines = (encode(first) * encode(second)).sum(axis=1)
            spearman = 100 * float(spearmanr(cosines, truth).statistic)
            binary = set(truth) <= {0.0, 1.0}
            precision = f"{100 * average_precision_score(np.array(truth), cosines):.1f}" if binary else ""
            rows.append([name, backend, str(len(truth)), f"{spearman:.1f}", str(PUBLISHED[name]), precision])
    head = ["set", "backend", "pairs", "Spearman × 100", "published", "average precision × 100"]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    text = "\n".join(
        [
            "# outside-similarity",
            "",
            "Does the offline encoder score on public Chinese test sets as multilingual-e5-small is published to?",
            "",
            *lines,
            "",
            "`python experiments/outside_similarity.py --sets FOLDER --write`; prompt `query: ` on both sides.",
            "",
        ]
    )
    print(text)
    if arguments.write:
        RESULTS.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
