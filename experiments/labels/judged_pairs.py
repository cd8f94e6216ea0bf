"""From judgements of pairs to labels: agreement of the two judges, and what the pairs count as.

    python experiments/labels/judged_pairs.py KEY.jsonl FOLDER

FOLDER holds `judged-1a.jsonl`, `judged-1b.jsonl`, …: pool and judge, a line `{"p": 17, "label": "same"}` a pair. KEY is
what `pool_pairs.py` kept from the judges. Writes `data/labels/pairs/judged.jsonl` (ids, places, digests and labels) and
`agreement.json`. Where the judges differ, `adjudicated.jsonl` beside them decides; without a decision the pair has no
label and is not scored.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.workspace import dumps

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "experiments/reuse"))

from judged import kappa  # noqa: E402 - a neighbouring folder of scripts

TARGET = ROOT / "data/labels/pairs"
LABELS = ("same", "contains", "contained", "paraphrase", "different")


def lines(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def judgements(folder: Path) -> dict[int, dict[str, str]]:
    """Label of each judge for each pair; raises ValueError naming every unknown label and every pair judged twice."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    problems = []
    for path in sorted(folder.glob("judged-*.jsonl")):
        judge = path.stem[-1]
        for row in lines(path):
            if row["label"] not in LABELS:
                problems.append(f"{path.name}, pair {row['p']}: unknown label {row['label']!r}")
            if judge in found[row["p"]]:
                problems.append(f"{path.name}, pair {row['p']}: judged twice")
            found[row["p"]][judge] = row["label"]
    if problems:
        raise ValueError("\n".join(problems))
    return found


def decided(
    sample: list[dict[str, Any]], labels: dict[int, dict[str, str]], third: dict[int, str]
) -> list[dict[str, Any]]:
    """The pairs of the key with the judges' labels and the one that counts."""
    rows = []
    for row in sample:
        mine = labels[row["p"]]
        agreed = mine["a"] if mine["a"] == mine["b"] else third.get(row["p"])
        rows.append({**row, "judges": mine, "label": agreed})
    return rows


def agreement(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Kappa over all labels and of each label against the others, and a bootstrap interval over pairs."""
    a, b = ([row["judges"][judge] for row in rows] for judge in "ab")
    rng = np.random.default_rng(0)
    drawn = [rng.integers(len(rows), size=len(rows)) for _ in range(1000)]
    spread = [kappa([a[k] for k in some], [b[k] for k in some]) for some in drawn]
    low, high = np.percentile(spread, [2.5, 97.5])
    return {
        "n": len(rows),
        "n_agreed": sum(x == y for x, y in zip(a, b, strict=True)),
        "n_decided": sum(row["label"] is not None for row in rows),
        "kappa": round(kappa(a, b), 4),
        "kappa_95": [round(float(low), 4), round(float(high), 4)],
        "kappa_of_label": {
            label: round(kappa([str(x == label) for x in a], [str(y == label) for y in b]), 4) for label in LABELS
        },
        "judged": {label: [a.count(label), b.count(label)] for label in LABELS},
    }


def main() -> int:
    """Write labels and agreement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("key", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    labels, decisions = judgements(options.folder), TARGET / "adjudicated.jsonl"
    third = {row["p"]: row["label"] for row in lines(decisions)} if decisions.exists() else {}
    rows = decided(lines(options.key), labels, third)
    TARGET.mkdir(parents=True, exist_ok=True)
    written = (json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    (TARGET / "judged.jsonl").write_text("".join(written), "utf-8")
    (TARGET / "agreement.json").write_text(dumps(agreement(rows)), "utf-8")
    print(dumps(agreement(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
