"""How well search ranks on the judged queries, step by step and beside what others would use.

`python experiments/search_quality.py --workspace W [--write]`, W a workspace of the real corpus. Prints the floors'
figures; with `--write` puts the tables into `experiments/results/search-quality.md`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parent / "queries"))

from systems import Asker, Ranker, bm25, character_pairs, dense, hybrid, tfidf

from pipeline.search import words
from pipeline.search.index import SearchIndex
from pipeline.search.judgements import JudgedQuery, scores
from pipeline.search.relevance import paired_bootstrap
from pipeline.settings import Settings
from pipeline.stages.embed import CachedEncoder, read_vectors
from pipeline.stages.index import load_index
from pipeline.stages.search_quality import read_queries
from pipeline.workspace import Workspace

SEED = 20261122
KINDS = ("measure", "topic", "question")
OURS, RAW, BM25 = "ours: + best sentence", "raw e5", "BM25 over words"
FLOORED = (OURS, RAW, BM25)
"""The systems that the floors in `experiments/baseline.json` are about."""

RESULTS = Path("experiments/results/search-quality.md")
Scores = dict[str, list[dict[str, float]]]


def systems(workspace: Workspace, settings: Settings) -> tuple[Asker, dict[str, Callable[[], Ranker]]]:
    """Name -> what makes the system; ours in steps, each with what the ones before it have."""
    index = load_index(workspace, settings)
    measures, documents = workspace.read("measures"), workspace.read("documents")
    vectors, mean = read_vectors(workspace, measures.height)
    headlines = np.load(workspace.path("features/search/headlines.npy"))
    asker = Asker(measures, vectors, CachedEncoder(settings))
    headed = measures.with_columns(
        pl.concat_str("text", "headline", pl.col("heading_path").list.join("\n"), separator="\n").alias("text")
    )

    def step(table: pl.DataFrame = measures, **changes: float) -> Ranker:
        params = settings.search.model_copy(update=changes)
        built = SearchIndex.build(table, documents, vectors, mean, params=params, headlines=headlines)
        return hybrid(asker, built)

    plain = {"characters": 0.0, "sentence": 0.0, "headline_weight": 0.0}
    return asker, {
        BM25: lambda: bm25(asker, measures["text"].to_list()),
        "BM25 over words, headline and headings too": lambda: bm25(asker, headed["text"].to_list()),
        "TF-IDF over words": lambda: tfidf(asker, words.words),
        "TF-IDF over character pairs": lambda: tfidf(asker, character_pairs),
        RAW: lambda: dense(asker, np.zeros_like(index.mean)),
        "ours: centred by the measures' mean": lambda: dense(asker, index.mean),
        "ours: + phrases by their own mean": lambda: step(words=0.0, **plain),
        "ours: + words": lambda: step(**plain),
        "ours: + character pairs": lambda: step(sentence=0.0, headline_weight=0.0),
        "ours: + headline's vector": lambda: step(sentence=0.0),
        OURS: lambda: hybrid(asker, index),
        "headings as words and pairs too (not taken)": lambda: step(headed),
        "fusion constant 60 (not taken)": lambda: step(rrf_k=60),
    }


def ranked(asker: Asker, ranker: Ranker, judged: JudgedQuery) -> list[str]:
    """Ids of the first ten."""
    query = judged.query
    asked = {"kind": judged.kind, "measure_id": query.measure_id, "text": query.text}
    return asker.measures["measure_id"].gather(ranker(asked, 10)).to_list()


def evaluate(
    workspace: Workspace, settings: Settings, folder: Path, only: Sequence[str] = ()
) -> tuple[list[JudgedQuery], Scores]:
    """The queries, and for each system (or `only` some) the scores of each query in their order."""
    queries = read_queries(workspace, folder)
    asker, made = systems(workspace, settings)
    found: Scores = {}
    for name in only or made:
        ranker = made[name]()
        found[name] = [scores(ranked(asker, ranker, judged), judged.grades) for judged in queries]
    return queries, found


def chosen(queries: list[JudgedQuery], *, held_back: bool, kind: str | None = None) -> list[int]:
    """Positions of the queries of one part, of one kind."""
    return [i for i, q in enumerate(queries) if q.held_back == held_back and kind in (None, q.kind)]


def mean(found: list[dict[str, float]], where: list[int], metric: str) -> float:
    """Mean of a metric over some queries."""
    return float(np.mean([found[i][metric] for i in where]))


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Lines of a markdown table."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def part(queries: list[JudgedQuery], found: Scores, *, held_back: bool) -> list[str]:
    """The table of one part of the queries."""
    where = chosen(queries, held_back=held_back)
    columns: list[tuple[str, Callable[[list[dict[str, float]]], float]]] = [
        ("nDCG@5", lambda s: mean(s, where, "ndcg5")),
        *[
            (kind, lambda s, kind=kind: mean(s, chosen(queries, held_back=held_back, kind=kind), "ndcg5"))
            for kind in KINDS
        ],
        ("recall@10", lambda s: mean(s, where, "recall10")),
        ("MRR", lambda s: mean(s, where, "mrr")),
        ("judged of 5", lambda s: mean(s, where, "judged5")),
    ]
    rows = [[name, *(f"{of(values):.3f}" for _, of in columns)] for name, values in found.items()]
    return table(["system", *(name for name, _ in columns)], rows)


def differences(queries: list[JudgedQuery], found: Scores) -> list[str]:
    """How much better ours is on the held-back queries, with intervals."""
    where, rows = chosen(queries, held_back=True), []
    for name in found:
        if name == OURS:
            continue
        pairs = [[found[system][i]["ndcg5"] for i in where] for system in (OURS, name)]
        difference = paired_bootstrap(*pairs, SEED)
        rows.append([name, f"{difference.mean:+.3f}", f"{difference.low:+.3f} to {difference.high:+.3f}"])
    return table(["ours less", "nDCG@5", "95% interval"], rows)


def figures(queries: list[JudgedQuery], found: Scores) -> dict[str, float]:
    """What the floors in `experiments/baseline.json` are of: held-back queries."""
    where = chosen(queries, held_back=True)
    ours = {metric: mean(found[OURS], where, metric) for metric in ("ndcg5", "recall10", "mrr")}
    above = {f"ndcg5_above_{name}": mean(found[OURS], where, "ndcg5") - mean(found[system], where, "ndcg5")
             for name, system in (("raw", RAW), ("bm25", BM25))}  # fmt: skip
    return ours | above


def report(queries: list[JudgedQuery], found: Scores) -> str:
    """The results file."""
    n = {held: len(chosen(queries, held_back=held)) for held in (False, True)}
    return "\n".join(
        [
            "# search-quality",
            "",
            "How well does search rank on the judged queries of `experiments/queries`, and what does each step add?",
            "nDCG@5 with gains 2^grade - 1; recall@10 and MRR count grades 2 and 3. Columns by kind are nDCG@5.",
            "",
            f"## Queries held back ({n[True]})",
            "",
            *part(queries, found, held_back=True),
            "",
            *differences(queries, found),
            "",
            f"## Queries that parameters were chosen on ({n[False]})",
            "",
            *part(queries, found, held_back=False),
            "",
            "Run with `python experiments/search_quality.py --workspace W --write` on the 51 real documents.",
            "",
        ]
    )


def main() -> None:
    """Evaluate, print, and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--queries", type=Path, default=Path("data/labels/queries"))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    queries, found = evaluate(Workspace(arguments.workspace), Settings(), arguments.queries)
    text = report(queries, found)
    print(text)
    rounded: dict[str, Any] = {name: round(value, 3) for name, value in figures(queries, found).items()}
    print(json.dumps(rounded))
    if arguments.write:
        RESULTS.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
