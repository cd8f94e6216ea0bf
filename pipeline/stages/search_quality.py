"""How well search ranks, on the judged queries that may be tuned on; the stage of the experiments about search."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import JucuoError
from pipeline.search.judgements import JudgedQuery, resolve, scores
from pipeline.settings import Settings
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.index import load_index
from pipeline.workspace import Workspace

QUERIES = "labels/queries"


def read_queries(workspace: Workspace, folder: Path) -> list[JudgedQuery]:
    """The query set in `folder` (`queries.jsonl`, `judged.jsonl`, `places.csv`) over a workspace's measures.

    Raises:
        JucuoError: when a file is missing, or the set is of other documents.
    """
    try:
        rows = {
            name: [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]
            for name in ("queries", "judged")
        }
        with (folder / "places.csv").open(encoding="utf-8", newline="") as file:
            places = {
                row["measure_id"]: (row["source_path"], int(row["source_start"]), int(row["source_end"]))
                for row in csv.DictReader(file)
            }
    except OSError as error:
        raise JucuoError(f"the judged queries cannot be read: {error}", f"Put them into {folder}.") from error
    asked = (row for row in rows["queries"] if row["kind"] == "measure")
    places |= {row["measure_id"]: (row["source_path"], row["source_start"], row["source_end"]) for row in asked}
    paths = workspace.read("documents").select("doc_id", "source_path")
    return resolve(rows["queries"], rows["judged"], places, workspace.read("measures").join(paths, "doc_id"))


def run(workspace: Workspace, settings: Settings) -> dict[str, Any]:
    """The stage: means over the queries that are not held back, and nDCG@5 by kind."""
    queries = [query for query in read_queries(workspace, workspace.path(QUERIES)) if not query.held_back]
    index, encode = load_index(workspace, settings), CachedEncoder(settings)
    found: dict[str, list[float]] = {}
    for judged in queries:
        ranking = [hit.measure_id for hit in index.search(judged.query, encode).hits]
        for name, value in scores(ranking, judged.grades).items():
            found.setdefault(name, []).append(value)
            if name == "ndcg5":
                found.setdefault(f"ndcg5_{judged.kind}", []).append(value)
    metrics: dict[str, Any] = {name: round(float(np.mean(values)), 4) for name, values in found.items()}
    metrics["n_queries"] = len(queries)
    workspace.write_json("metrics/search_quality.json", metrics)
    return metrics
