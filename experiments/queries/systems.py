"""The systems that are compared: what ranks measures for a query, ours and what others would use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipeline.embedding.centring import centre
from pipeline.search import words
from pipeline.search.index import SearchIndex
from pipeline.search.query import Query

Ranker = Callable[[dict[str, Any], int], list[int]]
"""A query of the set and how many; rows of measures, best first. Those of a measure query's document are left out."""


@dataclass(frozen=True)
class Asker:
    """What every system needs to know of a query: its text, its raw vector, and which rows may be answers."""

    measures: pl.DataFrame
    vectors: np.ndarray
    encode: Callable[[list[str]], np.ndarray]

    def row(self, query: dict[str, Any]) -> int | None:
        """Row of the measure asked by."""
        if query["kind"] != "measure":
            return None
        return int(self.measures["measure_id"].index_of(query["measure_id"]) or 0)

    def text(self, query: dict[str, Any]) -> str:
        """What is asked, in words."""
        row = self.row(query)
        return query["text"] if row is None else str(self.measures["text"][row])

    def vector(self, query: dict[str, Any]) -> np.ndarray:
        """Raw vector (dim,)."""
        row = self.row(query)
        return self.encode([query["text"]])[0] if row is None else np.asarray(self.vectors[row])

    def allowed(self, query: dict[str, Any]) -> np.ndarray:
        """Rows of other documents, boolean (n,)."""
        row = self.row(query)
        if row is None:
            return np.ones(len(self.measures), bool)
        return (self.measures["doc_id"] != self.measures["doc_id"][row]).to_numpy()

    def best(self, query: dict[str, Any], scores: np.ndarray, k: int) -> list[int]:
        """The `k` rows of the highest scores, ties by row."""
        scores = np.where(self.allowed(query), scores, -np.inf)
        return np.lexsort((np.arange(len(scores)), -scores))[:k].tolist()


def bm25(asker: Asker, texts: Sequence[str]) -> Ranker:
    """BM25 over jieba words (bm25s with its defaults: Lucene's variant, k1 1.5, b 0.75)."""
    import bm25s

    index = bm25s.BM25()
    index.index([words.words(text) for text in texts], show_progress=False)

    def rank(query: dict[str, Any], k: int) -> list[int]:
        known = [word for word in words.words(asker.text(query)) if word in index.vocab_dict]
        return asker.best(query, index.get_scores(known) if known else np.zeros(len(texts)), k)

    return rank


def tfidf(asker: Asker, analyser: Callable[[str], list[Any]]) -> Ranker:
    """Cosine of scikit-learn's TF-IDF vectors (sublinear term frequency) over the terms an analyser finds."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(analyzer=analyser, sublinear_tf=True)
    matrix = vectoriser.fit_transform(asker.measures["text"].to_list())

    def rank(query: dict[str, Any], k: int) -> list[int]:
        scores = (matrix @ vectoriser.transform([asker.text(query)]).T).toarray()[:, 0]
        return asker.best(query, scores, k)

    return rank


def character_pairs(text: str) -> list[int]:
    """Codes of the pairs of neighbouring characters."""
    return words.pairs([text])[0].tolist()


def dense(asker: Asker, mean: np.ndarray) -> Ranker:
    """Cosine of vectors less a mean; a mean of zeros leaves them raw."""
    vectors = centre(np.asarray(asker.vectors), mean)
    return lambda query, k: asker.best(query, vectors @ centre(asker.vector(query), mean), k)


def hybrid(asker: Asker, index: SearchIndex) -> Ranker:
    """Search as the product does it, near-duplicates kept."""
    row = {measure_id: i for i, measure_id in enumerate(asker.measures["measure_id"].to_list())}

    def rank(query: dict[str, Any], k: int) -> list[int]:
        asked = {"text": query["text"]} if query["kind"] != "measure" else {"measure_id": query["measure_id"]}
        found = index.search(Query(**asked, other_documents=True, collapse=False, top=k), asker.encode)
        return [row[hit.measure_id] for hit in found.hits]

    return rank
