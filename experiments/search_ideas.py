"""Ideas for a better ranking, each tried on the judged queries that may be tuned on.

`python experiments/search_ideas.py --workspace W [--write]`, W a workspace of the real corpus. The queries held
back are not looked at. With `--write` the table goes into `experiments/results`.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "queries"))

from ideas import BEFORE, TAKEN, Fused, Ideas, tried
from matrices import Matrices

from pipeline.search.judgements import scores
from pipeline.search.relevance import paired_bootstrap
from pipeline.settings import Settings
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.index import load_index
from pipeline.stages.search_quality import read_queries
from pipeline.workspace import Workspace

SEED = 20261122
RESULTS = Path("experiments/results/search-ideas.md")
FITTED = "weights fitted, cross-validated"
KINDS = ("measure", "topic", "question")
FOLDS, DRAWS = 5, 10


def judged(found: Matrices, fused: Fused) -> list[dict[str, float]]:
    """Scores of each query."""
    ranked = (found.order(i, row)[:10] for i, row in enumerate(fused))
    return [scores(found.ids.gather(rows).to_list(), q.grades) for rows, q in zip(ranked, found.queries, strict=True)]


def fitted(ideas: Ideas) -> list[float]:
    """nDCG@5 of each query with weights that the other folds choose, mean of several divisions."""
    found, table = ideas.found, []
    parts = [found.lexical(ideas.words), found.lexical(ideas.pairs)]
    for of_words, of_pairs, of_sentence in itertools.product((0.25, 0.5, 0.75), repeat=3):
        first = ideas.meaning + of_words * parts[0] + of_pairs * parts[1]
        fused = first + of_sentence * found.closest(first, ideas.sentence)
        table.append([row["ndcg5"] for row in judged(found, fused)])
    values, rng = np.array(table), np.random.default_rng(SEED)
    total = np.zeros(values.shape[1])
    for _ in range(DRAWS):
        fold = rng.permutation(values.shape[1]) % FOLDS
        for part in range(FOLDS):
            best = int(values[:, fold != part].mean(axis=1).argmax())
            total[fold == part] += values[best, fold == part]
    return (total / DRAWS).tolist()


def gain(values: list[float], others: list[float]) -> str:
    """What a ranking gains on another, with its interval."""
    found = paired_bootstrap(values, others, SEED)
    return f"{found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f})"


def by_kind(found: Matrices, values: list[float]) -> list[str]:
    """Mean of all queries and of each kind."""
    of = np.array(values)
    return [f"{mean:.3f}" for mean in (of.mean(), *(of[found.kinds == kind].mean() for kind in KINDS))]


def report(found: Matrices, ideas: Ideas) -> str:
    """The results file."""
    values: dict[str, list[float]] = {}
    further: dict[str, list[str]] = {FITTED: ["", ""]}
    for name, make in tried(ideas).items():
        of_queries = judged(found, make())
        values[name] = [row["ndcg5"] for row in of_queries]
        further[name] = [f"{np.mean([row[m] for row in of_queries]):.3f}" for m in ("recall10", "judged5")]
    values[FITTED] = fitted(ideas)
    head = ["ranking", "nDCG@5", *KINDS, "recall@10", "judged of 5", "gain on before (95%)", "gain on configured (95%)"]
    rows = []
    for name, of in values.items():
        gains = ["" if name == other else gain(of, values[other]) for other in (BEFORE, TAKEN)]
        rows.append([name, *by_kind(found, of), *further[name], *gains])
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    about = (
        f"What would rank better? {len(found.queries)} judged queries that may be tuned on; those held back were not "
        "looked at.\nColumns by kind are nDCG@5. Of what is unjudged (see the share of the first five that was judged) "
        "nothing is known; it counts as unrelated.\nOnly the best sentence by its character pairs is taken. The last "
        "line chooses the weights of words, pairs and sentence (a quarter, a half,\nthree quarters) on four fifths of "
        "the queries for the fifth."
    )
    run = "Run with `python experiments/search_ideas.py --workspace W --write` on the 51 real documents."
    return "\n".join(["# search-ideas", "", about, "", *lines, "", run, ""])


def main() -> None:
    """Try every idea, print, and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--queries", type=Path, default=Path("data/labels/queries"))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    workspace, settings = Workspace(arguments.workspace), Settings()
    queries = [query for query in read_queries(workspace, arguments.queries) if not query.held_back]
    found = Matrices(load_index(workspace, settings), queries, CachedEncoder(settings))
    text = report(found, Ideas(found))
    print(text)
    if arguments.write:
        RESULTS.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
