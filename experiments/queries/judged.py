"""Judges' grades to the repository: `python experiments/queries/judged.py --workspace W --pools FOLDER --map FILE`.

Reads `pool-N.txt` (which queries a judge had) and `judged-N.jsonl`; writes ids and grades, and where each judged
measure stands in its source, so that grades survive another cutting of the documents. Prints how far two judges agree.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import polars as pl
from sklearn.metrics import cohen_kappa_score

from pipeline.workspace import Workspace

GRADES = range(4)


def of_judge(pools: Path, number: int, shown: dict[str, list[str]]) -> dict[str, list[int]]:
    """Grades of one judge by query, in the order of the pool; raises ValueError naming every faulty line."""
    lines = (pools / f"pool-{number}.txt").read_text("utf-8").splitlines()
    expected = [line.split()[1] for line in lines if line.startswith("### ")]
    rows = map(json.loads, (pools / f"judged-{number}.jsonl").read_text("utf-8").splitlines())
    found = {row["q"]: row["grades"] for row in rows}
    faulty = [
        query
        for query in expected
        if len(found.get(query, [])) != len(shown[query]) or not set(found[query]) <= set(GRADES)
    ]
    if faulty:
        raise ValueError(f"judged-{number}.jsonl: missing or not a grade a candidate: {', '.join(faulty)}")
    return {query: found[query] for query in expected}


def main() -> None:
    """Write `judged.jsonl` and `places.csv`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--pools", type=Path, required=True)
    parser.add_argument("--map", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("data/labels/queries"))
    parser.add_argument("--twice", type=int, default=2, help="queries at the end of a part that are another judge's")
    arguments = parser.parse_args()
    shown: dict[str, list[str]] = json.loads(arguments.map.read_text("utf-8"))
    n_parts = len(list(arguments.pools.glob("pool-*.txt")))
    grades, again = {}, {}
    for number in range(1, n_parts + 1):
        found = of_judge(arguments.pools, number, shown)
        own = list(found)[: -arguments.twice]
        grades |= {query: found[query] for query in own}
        again |= {query: found[query] for query in found if query not in own}
    lines = [json.dumps({"q": q, "grades": dict(zip(shown[q], grades[q], strict=True))}) for q in shown]
    (arguments.out / "judged.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    workspace = Workspace(arguments.workspace)
    documents = workspace.read("documents").select("doc_id", "source_path")
    judged = sorted({measure_id for ids in shown.values() for measure_id in ids})
    places = workspace.read("measures").join(documents, "doc_id").filter(pl.col("measure_id").is_in(judged))
    columns = ("measure_id", "source_path", "source_start", "source_end")
    places.select(columns).sort("measure_id").write_csv(arguments.out / "places.csv")
    first = [grade for query in again for grade in grades[query]]
    second = [grade for query in again for grade in again[query]]
    report = {
        "queries": len(grades),
        "grades": {grade: sum(found.count(grade) for found in grades.values()) for grade in GRADES},
        "judged_twice": len(first),
        "same_grade": round(sum(a == b for a, b in zip(first, second, strict=True)) / len(first), 3),
        "weighted_kappa": round(float(cohen_kappa_score(first, second, weights="quadratic")), 3),
    }
    (arguments.out / "agreement.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
