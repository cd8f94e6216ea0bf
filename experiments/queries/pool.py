"""Candidates for blind judging: `python experiments/queries/pool.py --workspace W --out FOLDER --map FILE`.

Writes `pool-1.txt` … for the judges (candidates shuffled, no system named) and a map from query to the measures in the
order shown. The texts are real documents': nothing of it belongs into the repository.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from systems import Asker, Ranker, bm25, character_pairs, dense, hybrid, tfidf

from pipeline.search import words
from pipeline.settings import Settings
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.index import load_index
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

SEED = 20261123
DEPTH, CAP, PARTS = 8, 22, 6
TWICE = 2
"""Queries of the next part that a judge gets as well, to see how far two judges agree."""

SHOWN, PASSAGE = 260, 120
"""Characters shown of the beginning, and of the passage further on that is most like the query."""


def systems(workspace: Workspace, settings: Settings) -> tuple[Asker, list[Ranker]]:
    """The systems of the pool, as the protocol names them."""
    index = load_index(workspace, settings)
    measures = workspace.read("measures")
    vectors = np.load(workspace.path("features/vectors.npy"))
    asker = Asker(measures, vectors, CachedEncoder(settings))
    texts = measures["text"].to_list()
    fields = ["\n".join([*row["heading_path"], row["headline"], row["text"]]) for row in measures.iter_rows(named=True)]
    rankers = [
        bm25(asker, texts),
        bm25(asker, fields),
        tfidf(asker, character_pairs),
        dense(asker, np.zeros_like(index.mean)),
        dense(asker, index.mean),
        hybrid(asker, index),
    ]
    return asker, rankers


def pooled(rankings: list[list[int]]) -> list[int]:
    """First places first, until `CAP` different rows are reached."""
    turns = chain.from_iterable(zip_longest(*rankings))
    return list(dict.fromkeys(row for row in turns if row is not None))[:CAP]


def passage(text: str, query: str) -> str:
    """The stretch after the beginning that shares most distinct character pairs with the query, or nothing."""
    wanted = set(words.pairs([query])[0].tolist())
    best, found = 0, ""
    for start in range(SHOWN, len(text), PASSAGE // 2):
        part = text[start : start + PASSAGE]
        shared = len(wanted & set(words.pairs([part])[0].tolist()))
        if shared > best:
            best, found = shared, part
    return found


def candidate(number: int, row: dict[str, Any], query: str) -> str:
    """One line of the pool."""
    place = row["province"] or row["issuer"] or "无名"
    text = re.sub(r"\s+", " ", row["text"])
    found = passage(text, query)
    more = f" …[{found}]…" if found else ("…" if len(text) > SHOWN else "")
    return f"[{number}] {place}{row['plan_year'] or ''} | {row['headline']} | {text[:SHOWN]}{more}"


def main() -> None:
    """Write the parts and the map."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--queries", type=Path, default=Path("data/labels/queries/queries.jsonl"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--map", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    workspace = Workspace(arguments.workspace)
    asker, rankers = systems(workspace, Settings())
    documents = workspace.read("documents").select("doc_id", "province", "issuer", "plan_year")
    table: pl.DataFrame = asker.measures.join(documents, "doc_id", "left", maintain_order="left")
    queries = [json.loads(line) for line in arguments.queries.read_text("utf-8").splitlines()]
    rng = np.random.default_rng(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    shown: dict[str, list[str]] = {}
    blocks: list[str] = []
    for query in queries:
        rows = rng.permutation(pooled([rank(query, DEPTH) for rank in rankers])).tolist()
        shown[query["q"]] = asker.measures["measure_id"].gather(rows).to_list()
        text = re.sub(r"\s+", " ", asker.text(query))
        asked = asker.row(query)
        head = text if asked is None else f"{asker.measures['headline'][asked]} | {text}"
        lines = [candidate(number, table.row(row, named=True), text) for number, row in enumerate(rows, 1)]
        blocks.append("\n".join([f"### {query['q']} ({query['kind']}, {len(rows)} candidates): {head}", *lines]))
    for part in range(PARTS):
        own = blocks[part::PARTS]  # every part has its share of each kind
        again = rng.permutation(blocks[(part + 1) % PARTS :: PARTS])[:TWICE].tolist()
        content = "\n\n".join([*own, *again])
        (arguments.out / f"pool-{part + 1}.txt").write_text(content + "\n", "utf-8")
    arguments.map.write_text(json.dumps(shown, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sizes = [len(ids) for ids in shown.values()]
    print(f"{len(sizes)} queries, {sum(sizes)} candidates, {np.mean(sizes):.1f} a query")


if __name__ == "__main__":
    main()
