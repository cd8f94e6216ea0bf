"""A static model distilled from the encoder: is the sum of trained word vectors good enough, alone or as a shortlister?

`python experiments/static_model.py --workspace W [--write]`, W a workspace of the real corpus. Every term (jieba word,
or word and character pair) gets a vector such that the weighted sum over a text's terms comes close to the encoder's
centred vector, by ridge regression over the measures and their sentences. The table says how well such vectors rank
on the judged queries, how many of the encoder's ten nearest measures are among the model's first hundred, and how
fast both are; every variant is also a run in MLflow. With `--write` the table goes into `experiments/results`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from pipeline.classification.sentences import split
from pipeline.embedding.centring import centre, fit_mean
from pipeline.search import words
from pipeline.search.index import SearchIndex
from pipeline.search.judgements import JudgedQuery, scores
from pipeline.settings import EmbedParams, SearchParams, Settings
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.search_quality import read_queries
from pipeline.tracking import runs
from pipeline.workspace import Workspace

NAME, RESULTS = "search-static-model", Path("experiments/results/search-static-model.md")
SEED = 20261122
SHORTLIST, NEAREST = 100, 10
MIN_TEXTS = 2
"""Texts a term must stand in to get a vector."""

ROUNDS = 40
"""Rounds of conjugate gradients; the residual then changes in the fourth digit."""

TINY = np.float32(1e-30)

COLUMNS = ("ndcg5", "held_back", "fused", "fused_held_back", "cosine", "in_100", "in_100_other", "texts_s")
HEAD = (
    "nDCG@5", "held back", "fused with words", "held back", "cosine to e5, other documents",
    "e5's 10 in its 100", "the same, other documents", "texts a second of one core",
)  # fmt: skip


def pairs_too(text: str) -> list[str]:
    """Words and character pairs, the pairs by their codes."""
    return [*words.words(text), *map(str, words.pairs([text])[0].tolist())]


@dataclass(frozen=True)
class Variant:
    """What is tried: terms of a text, how they are weighed, and how strongly vectors are held to zero."""

    name: str
    terms: Callable[[str], Sequence[Any]]
    weighing: str
    ridge: float


VARIANTS = (
    Variant("words, idf", words.words, "idf", 1.0),
    Variant("words, SIF", words.words, "sif", 1.0),
    Variant("words, alike", words.words, "alike", 1.0),
    Variant("words and pairs, idf", pairs_too, "idf", 1.0),
)


class StaticModel:
    """Vectors of terms, fitted so that their weighted sums resemble an encoder's vectors."""

    def __init__(self, variant: Variant, texts: Sequence[str], targets: np.ndarray) -> None:
        self._counter = CountVectorizer(analyzer=variant.terms, min_df=MIN_TEXTS, dtype=np.float32)
        counts = self._counter.fit_transform(texts)
        self._weights = _weights(counts, variant.weighing)
        self.vectors = least_squares(self._weighed(counts), targets, variant.ridge)

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Normalised vectors (n, dim), float32; a text without a known term gets zeros."""
        return centre(self._weighed(self._counter.transform(texts)) @ self.vectors, np.zeros(1, np.float32))

    def _weighed(self, counts: Any) -> Any:
        """Texts by terms, each row of length 1; a term that stands several times counts 1 + ln of it."""
        rows = counts.copy()
        rows.data = (1 + np.log(rows.data)) * self._weights[rows.indices]
        norms = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
        return (sparse.diags(1 / np.where(norms > 0, norms, 1)) @ rows).astype(np.float32)


def _weights(counts: Any, weighing: str) -> np.ndarray:
    """Weight of each term: idf, a / (a + p) with a = 0.001 (SIF: Arora, Liang and Ma, ICLR 2017), or 1."""
    if weighing == "idf":
        return np.log((1 + counts.shape[0]) / (1 + np.bincount(counts.indices, minlength=counts.shape[1]))) + 1
    share = np.asarray(counts.sum(axis=0)).ravel() / counts.sum()
    return 1e-3 / (1e-3 + share) if weighing == "sif" else np.ones(counts.shape[1])


def least_squares(x: Any, y: np.ndarray, ridge: float) -> np.ndarray:
    """`w` (terms, dim) that makes |x w - y|^2 + ridge |w|^2 small: conjugate gradients, all columns at once."""
    found = np.zeros((x.shape[1], y.shape[1]), np.float32)
    rest = np.asarray(x.T @ y)
    towards, size = rest.copy(), (rest**2).sum(axis=0)
    for _ in range(ROUNDS):
        moved = x.T @ (x @ towards) + np.float32(ridge) * towards
        step = size / np.maximum((towards * moved).sum(axis=0), TINY)  # a column that is found already stays
        found += step * towards
        rest -= step * moved
        size, before = (rest**2).sum(axis=0), size
        towards = rest + size / np.maximum(before, TINY) * towards
    return found


@dataclass(frozen=True)
class Corpus:
    """Measures with the encoder's centred vectors, their sentences likewise, and half of the documents."""

    measures: pl.DataFrame
    documents: pl.DataFrame
    vectors: np.ndarray
    sentences: list[str]
    sentence_vectors: np.ndarray
    owner: np.ndarray
    half: np.ndarray

    @property
    def texts(self) -> list[str]:
        """Texts of the measures."""
        return self.measures["text"].to_list()

    def training(self, chosen: np.ndarray) -> tuple[list[str], np.ndarray]:
        """Texts and vectors of the `chosen` (n,) measures and of their sentences."""
        inside = np.flatnonzero(chosen[self.owner])
        texts = self.measures["text"].filter(pl.Series(chosen)).to_list() + [self.sentences[i] for i in inside]
        return texts, np.concatenate([self.vectors[chosen], self.sentence_vectors[inside]])


def read_corpus(workspace: Workspace, encode: CachedEncoder) -> Corpus:
    """Everything a variant is trained and judged on; halves are drawn by the seed."""
    measures, documents = workspace.read("measures"), workspace.read("documents")
    raw = encode(measures["text"].to_list())
    sentences, counts = split(measures["text"].to_list())
    mean = fit_mean(raw)
    drawn = np.random.default_rng(SEED).permutation(documents["doc_id"].sort().to_list())[: len(documents) // 2]
    return Corpus(
        measures,
        documents,
        centre(raw, mean),
        sentences,
        centre(encode(sentences), mean),
        np.repeat(np.arange(len(measures)), counts),
        measures["doc_id"].is_in(drawn.tolist()).to_numpy(),
    )


def in_shortlist(truth: np.ndarray, model: np.ndarray) -> float:
    """Share of each measure's nearest ten by the encoder's vectors (n, dim) that are the model's nearest hundred."""
    shares = []
    for row in np.random.default_rng(SEED).choice(len(truth), min(500, len(truth)), replace=False).tolist():
        exact, rough = truth @ truth[row], model @ model[row]
        exact[row] = rough[row] = -np.inf
        best, listed = np.argsort(-exact)[:NEAREST], np.argpartition(-rough, SHORTLIST)[:SHORTLIST]
        shares.append(len(np.intersect1d(best, listed)) / NEAREST)
    return float(np.mean(shares))


def per_second(encode: Callable[[list[str]], np.ndarray], texts: list[str]) -> float:
    """Texts a second of processor time, after one warm-up of a few: other work on the machine changes it little."""
    encode(texts[:8])
    words._cut.cache_clear()  # noqa: SLF001 - words cut before would cost nothing
    start = time.process_time()
    encode(texts)
    return len(texts) / (time.process_time() - start)


def ranking(
    corpus: Corpus, encode: Callable[[list[str]], np.ndarray], queries: list[JudgedQuery], **changes: float
) -> tuple[float, float]:
    """nDCG@5 over the queries that may be tuned on and over those held back, with these vectors in place of e5's."""
    texts, headlines = corpus.texts, corpus.measures["headline"].to_list()
    vectors = encode(texts)
    index = SearchIndex.build(
        corpus.measures,
        corpus.documents,
        vectors,
        fit_mean(vectors),
        params=SearchParams().model_copy(update=changes),
        headlines=encode(headlines),
    )
    found: dict[bool, list[float]] = {False: [], True: []}
    for judged in queries:
        ranked = [hit.measure_id for hit in index.search(judged.query, encode).hits]
        found[judged.held_back].append(scores(ranked, judged.grades)["ndcg5"])
    return float(np.mean(found[False])), float(np.mean(found[True]))


def judge(corpus: Corpus, encode: Callable[[list[str]], np.ndarray], queries: list[JudgedQuery]) -> dict[str, float]:
    """How well vectors rank, alone and fused with words and pairs as the product does it."""
    alone = ranking(corpus, encode, queries, words=0.0, characters=0.0, sentence=0.0)
    fused = ranking(corpus, encode, queries)
    return dict(zip(COLUMNS[:4], (*alone, *fused), strict=True))


def try_variant(variant: Variant, corpus: Corpus, queries: list[JudgedQuery]) -> dict[str, float]:
    """One row of the table. The model is trained on all documents, and once more on half of them for the other half."""
    model = StaticModel(variant, *corpus.training(np.ones(len(corpus.measures), bool)))
    halved = StaticModel(variant, *corpus.training(corpus.half))
    others = corpus.vectors[~corpus.half]
    guessed = halved(corpus.measures["text"].filter(pl.Series(~corpus.half)).to_list())
    return judge(corpus, model, queries) | {
        "cosine": float((others * guessed).sum(axis=1).mean()),
        "in_100": in_shortlist(corpus.vectors, model(corpus.texts)),
        "in_100_other": in_shortlist(others, guessed),
        "texts_s": per_second(model, corpus.texts[:1000]),
    }


def report(rows: dict[str, dict[str, float]], n: int) -> str:
    """The results file."""
    head = ["vectors", *HEAD]
    body = [[name, *(_cell(found.get(column)) for column in COLUMNS)] for name, found in rows.items()]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body)]
    about = (
        f"{n} measures; nDCG@5 on the judged queries, those that may be tuned on and those held back. Other documents: "
        "trained on half of the documents, asked among the other half."
    )
    question = "Can sums of trained term vectors stand in for the encoder, alone, fused, or to draw up a shortlist?"
    run = "Run with `python experiments/static_model.py --workspace W --write` on the 51 real documents."
    return "\n".join([f"# {NAME}", "", question, about, "", *lines, "", run, ""])


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}" if value > 1 else f"{value:.3f}"


def main() -> None:
    """Try every variant, print, and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--queries", type=Path, default=Path("data/labels/queries"))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    workspace, settings = Workspace(arguments.workspace), Settings(embed=EmbedParams(threads=1))
    encode = CachedEncoder(settings)
    corpus, queries = read_corpus(workspace, encode), read_queries(workspace, arguments.queries)
    rows = {"e5, as configured": judge(corpus, encode, queries)}
    rows["e5, as configured"]["texts_s"] = per_second(encode.encoder.encode, corpus.texts[:64])
    for variant in VARIANTS:
        rows[variant.name] = try_variant(variant, corpus, queries)
        print(variant.name, json.dumps(rows[variant.name]), flush=True)
    text = report(rows, len(corpus.measures))
    print(text)
    if arguments.write:
        RESULTS.write_text(text, "utf-8")
        conditions = {"corpus": workspace.read_json("metrics/ingest.json")["corpus_digest"][:12]}
        results = [{"name": name, "overrides": [], "metrics": found} for name, found in rows.items()]
        runs.record_variants(settings.tracking, NAME, results, conditions)


if __name__ == "__main__":
    main()
