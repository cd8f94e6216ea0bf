"""Every query against every measure, as matrices: what ideas about ranking are tried on before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from pipeline.classification.sentences import split
from pipeline.embedding.centring import centre
from pipeline.search.asking import Asked, Parts, ask
from pipeline.search.counts import PairVocabulary, TermCounts, WordVocabulary, count_pairs, count_words
from pipeline.search.index import SearchIndex
from pipeline.search.judgements import JudgedQuery
from pipeline.search.lexical import K1, B

Vocabulary = WordVocabulary | PairVocabulary


def lengthened(vectors: np.ndarray) -> np.ndarray:
    """Rows at length 1."""
    return centre(vectors, np.zeros(vectors.shape[-1], np.float32))


@dataclass(frozen=True)
class Terms:
    """Words or character pairs: of measures, of their sentences, and of queries, as sparse counts."""

    vocabulary: Vocabulary
    measures: sparse.csr_array
    sentences: sparse.csr_array
    queries: sparse.csr_array

    @cached_property
    def frequency(self) -> np.ndarray:
        """Measures that have each term."""
        return np.bincount(self.measures.indices, minlength=self.measures.shape[1])

    @cached_property
    def idf(self) -> np.ndarray:
        """As `LexicalIndex.idf`."""
        return np.log((1 + self.measures.shape[0]) / (1 + self.frequency)) + 1

    def counted(self, texts: Sequence[str]) -> sparse.csr_array:
        """Counts of known terms."""
        found = [self.vocabulary.ids(text) for text in texts]
        row = np.repeat(np.arange(len(found)), [len(ids) for ids in found])
        entries = (np.ones(len(row)), (row, np.concatenate(found)))
        return sparse.csr_array(entries, shape=(len(found), len(self.vocabulary)))

    def weighed(self, counts: sparse.csr_array, k1: float = K1, b: float = B) -> sparse.csr_array:
        """BM25 of counts of the measures (n, terms)."""
        n = counts.shape[0]
        rarity = np.log1p((n - self.frequency + 0.5) / (self.frequency + 0.5))
        length = counts.sum(axis=1)
        owner = np.repeat(np.arange(n), np.diff(counts.indptr))
        penalty = k1 * (1 - b + b * length[owner] / length.mean())
        values = rarity[counts.indices] * counts.data * (k1 + 1) / (counts.data + penalty)
        return sparse.csr_array((values, counts.indices, counts.indptr), shape=counts.shape)

    def bm25(self, queries: sparse.csr_array | None = None, k1: float = K1, b: float = B) -> np.ndarray:
        """BM25 of all queries with all measures (q, n)."""
        asked = self.queries if queries is None else queries
        return (asked @ self.weighed(self.measures, k1, b).T).toarray()

    def in_sentences(self, starts: np.ndarray, queries: sparse.csr_array | None = None) -> np.ndarray:
        """Largest share of each query, weighted by idf, that one sentence of each measure has (q, n)."""
        asked = (self.queries if queries is None else queries).multiply(self.idf[None]).tocsr()
        total = asked.sum(axis=1)
        shares = (asked @ self.sentences.sign().T).toarray() / np.where(total > 0, total, 1)[:, None]
        return np.maximum.reduceat(shares, starts, axis=1)


class Matrices:
    """The queries that may be tuned on, over all measures. Scores are (q, n); a rank of 0 is none.

    Attributes:
        queries: the judged queries.
        kinds: kind of each.
        allowed: which measures may be hits.
        asked: the queries as search takes them.
        rows: the measures' vectors as search compares them.
        starts: first sentence of each measure.
        words, pairs: the terms.
    """

    def __init__(
        self, index: SearchIndex, queries: list[JudgedQuery], encode: Callable[[list[str]], np.ndarray]
    ) -> None:
        measures = index.table.measures
        dense = index._dense  # noqa: SLF001 - ideas are tried on what search itself compares
        self.queries, self.encode, self.dense, self.mean = queries, encode, dense, index.mean
        self.params, self.tie = index._params, index._tie  # noqa: SLF001
        self.kinds = np.array([judged.kind for judged in queries])
        parts: Parts = index._parts  # noqa: SLF001
        self.asked: list[Asked] = [ask(judged.query, parts, encode) for judged in queries]
        self.allowed = np.array(
            [~index._own(q.query, asked) for q, asked in zip(queries, self.asked, strict=True)]  # noqa: SLF001
        )
        self.ids = measures["measure_id"]
        self.rows, self.headlines = dense.rows(slice(None)), measures["headline"].to_list()
        self.headings = measures["heading_path"].list.join("\n").to_list()
        self.lengths = measures["text"].str.len_chars().to_numpy()
        self.texts = [asked.texts[0] for asked in self.asked]
        written = measures["text"].to_list()
        self.pieces, counts = split(written)
        self.starts = np.cumsum(counts) - counts
        self.words, self.pairs = self._terms(count_words(written)), self._terms(count_pairs(written))

    def _terms(self, counts: TermCounts) -> Terms:
        shape = (len(counts.start) - 1, len(counts.vocabulary))
        measures = sparse.csr_array((counts.count.astype(float), counts.term, counts.start), shape=shape)
        empty = Terms(counts.vocabulary, measures, measures[:0], measures[:0])
        return Terms(counts.vocabulary, measures, empty.counted(self.pieces), empty.counted(self.texts))

    @cached_property
    def vectors(self) -> np.ndarray:
        """The queries' vectors (q, dim)."""
        return np.array([asked.dense for asked in self.asked])

    @cached_property
    def meaning(self) -> np.ndarray:
        """Cosines."""
        return self.vectors @ self.rows.T

    @cached_property
    def sentence_vectors(self) -> np.ndarray:
        """Centred vectors of all sentences; encoding them costs as much as the measures did."""
        return centre(self.encode(self.pieces), self.mean)

    def ranks(self, scores: np.ndarray, depth: int | None = None, least: float = -np.inf) -> np.ndarray:
        """Rank of each measure, from 1; only the first `depth` with scores above `least` have one."""
        found = np.zeros(scores.shape, np.int64)
        for i, row in enumerate(np.where(scores > least, scores, -np.inf)):
            order = self.order(i, row)[: depth or self.params.depth]
            found[i, order] = np.arange(1, len(order) + 1)
        return found

    def order(self, i: int, scores: np.ndarray) -> np.ndarray:
        """Measures that query `i` allows and that have a finite score, best first, ties in the order of ids."""
        rows = np.flatnonzero(self.allowed[i] & np.isfinite(scores))
        return rows[np.lexsort((self.tie[rows], -scores[rows].round(12)))]

    def part(self, ranks: np.ndarray) -> np.ndarray:
        """What ranks add to a fused score at weight 1."""
        return np.where(ranks > 0, 1 / (self.params.rrf_k + ranks), 0.0)

    def lexical(self, scores: np.ndarray) -> np.ndarray:
        """The part of a lexical ranking."""
        return self.part(self.ranks(scores, least=0))

    def closest(self, fused: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """The part of scores that only the first of a fused ranking get."""
        first = self.ranks(fused, self.params.closest) > 0
        return self.part(self.ranks(np.where(first, scores, -np.inf), self.params.closest, least=0))
