"""Ideas for a better ranking, over the matrices of `matrices.py`; `experiments/search_ideas.py` judges them."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from matrices import Matrices, Terms, lengthened
from scipy import sparse

BEFORE, TAKEN = "without the best sentence", "as configured: + best sentence by its character pairs"
ASKING = re.compile(
    "有没有|哪些|哪里|哪个|什么|怎样|怎么|如何|为什么|是否|要不要|能不能|多少|各地|地方|打算|准备|措施|办法|政府|部门|今年|吗"
)
"""Words of questions and offices that say nothing of the topic."""

Fused = np.ndarray


class Ideas:
    """Each method is an idea: fused scores (q, n) of it in place of what is configured."""

    def __init__(self, found: Matrices) -> None:
        self.found = found
        self.phrase = (found.kinds != "measure")[:, None]
        self.meaning = found.part(found.ranks(found.meaning))
        self.words, self.pairs = found.words.bm25(), found.pairs.bm25()
        self.sentence = found.pairs.in_sentences(found.starts)

    def fused(
        self,
        meaning: np.ndarray | None = None,
        words: np.ndarray | None = None,
        pairs: np.ndarray | None = None,
        sentence: np.ndarray | None = None,
        lexical: np.ndarray | float = 1.0,
    ) -> Fused:
        """The configured fusion with some of its parts replaced: of meaning the part, of the others the scores."""
        first = self.before(meaning, words, pairs, lexical)
        shares = self.sentence if sentence is None else sentence
        return first + self.found.params.sentence * self.found.closest(first, shares)

    def before(
        self,
        meaning: np.ndarray | None = None,
        words: np.ndarray | None = None,
        pairs: np.ndarray | None = None,
        lexical: np.ndarray | float = 1.0,
    ) -> Fused:
        """Three rankings: meaning, words, character pairs."""
        params = self.found.params
        of_words = params.words * self.found.lexical(self.words if words is None else words)
        of_pairs = params.characters * self.found.lexical(self.pairs if pairs is None else pairs)
        return (self.meaning if meaning is None else meaning) + lexical * (of_words + of_pairs)

    def sentence_words(self) -> Fused:
        """The best sentence by its words."""
        return self.fused(sentence=self.found.words.in_sentences(self.found.starts))

    def whole_text(self) -> Fused:
        """The same share, but of the whole text: is it the sentence that helps?"""
        whole = np.arange(len(self.found.ids))
        terms = self.found.pairs
        return self.fused(
            sentence=Terms(terms.vocabulary, terms.measures, terms.measures, terms.queries).in_sentences(whole)
        )

    def sentence_meaning(self) -> np.ndarray:
        """Largest cosine of a sentence with the query's vector (q, n), for phrases; 0 for measures."""
        cosines = np.maximum.reduceat(self.found.vectors @ self.found.sentence_vectors.T, self.found.starts, axis=1)
        return np.where(self.phrase, cosines, 0.0)

    def sentence_vectors(self, weight: float, of_pairs: float) -> Fused:
        """The best sentence by its vector, for phrases; `of_pairs` is what the wording then weighs for phrases."""
        first = self.before()
        wording = np.where(self.phrase, of_pairs, self.found.params.sentence)
        return (
            first
            + wording * self.found.closest(first, self.sentence)
            + weight * self.found.closest(first, self.sentence_meaning())
        )

    def feedback(self, n: int, share: float) -> Fused:
        """The query's vector moved toward those of the first hits (Rocchio)."""
        first = np.array([self.found.order(i, row)[:n] for i, row in enumerate(self.fused())])
        near = lengthened(self.found.rows[first].mean(axis=1))
        moved = lengthened((1 - share) * self.found.vectors + share * near)
        return self.fused(meaning=self.found.part(self.found.ranks(moved @ self.found.rows.T)))

    def without_asking(self) -> Fused:
        """Questions without the words that only ask."""
        pairs = zip(self.found.texts, self.found.kinds, strict=True)
        texts = [ASKING.sub(" ", text) if kind == "question" else text for text, kind in pairs]
        words, pairs_ = self.found.words.counted(texts), self.found.pairs.counted(texts)
        shares = self.found.pairs.in_sentences(self.found.starts, pairs_)
        return self.fused(words=self.found.words.bm25(words), pairs=self.found.pairs.bm25(pairs_), sentence=shares)

    def saturated(self, k1: float, b: float) -> Fused:
        """Other parameters of BM25."""
        return self.fused(words=self.found.words.bm25(k1=k1, b=b), pairs=self.found.pairs.bm25(k1=k1, b=b))

    def with_field(self, texts: list[str], weight: float) -> Fused:
        """Another field's counts added at a weight before they are saturated (BM25F)."""

        def scored(terms: Terms) -> np.ndarray:
            both = sparse.csr_array(terms.measures + weight * terms.counted(texts))
            return (terms.queries @ terms.weighed(both).T).toarray()

        return self.fused(words=scored(self.found.words), pairs=scored(self.found.pairs))

    def scores_fused(self) -> Fused:
        """Scores between those of the first and the last candidate in place of reciprocal ranks."""
        params = self.found.params
        weighed = ((1.0, self.found.meaning), (params.words, self.words), (params.characters, self.pairs))
        first = sum((weight * self._scaled(found) for weight, found in weighed), np.zeros(self.words.shape))
        near = self.found.ranks(first, params.closest) > 0
        return np.where(near, first + params.sentence * self._scaled(np.where(near, self.sentence, 0.0)), first - 1e3)

    def _scaled(self, found: np.ndarray) -> np.ndarray:
        best = -np.sort(-np.where(self.found.allowed, found, -np.inf), axis=1)
        first, last = best[:, :1], best[:, [self.found.params.depth - 1]]
        return (found - last) / np.where(first > last, first - last, 1.0)

    def by_kind(self, kind: str, weight: float) -> Fused:
        """The lexical rankings weighed otherwise for one kind of query."""
        return self.fused(lexical=np.where((self.found.kinds == kind)[:, None], weight, 1.0))

    def longer(self, weight: float) -> Fused:
        """A prior for longer measures."""
        logs = np.log(self.found.lengths)
        return self.fused() + weight * (logs - logs.mean())

    def less_common_direction(self, n: int) -> Fused:
        """Vectors without their first principal components (Mu and Viswanath 2018)."""
        _, _, directions = np.linalg.svd(self.found.rows - self.found.rows.mean(axis=0), full_matrices=False)
        kept = np.eye(self.found.rows.shape[1], dtype=np.float32) - directions[:n].T @ directions[:n]
        cosines = lengthened(self.found.vectors @ kept) @ lengthened(self.found.rows @ kept).T
        return self.fused(meaning=self.found.part(self.found.ranks(cosines)))

    def less_near_to_all(self, weight: float) -> Fused:
        """Cosines less a part of a measure's mean cosine with its own 50 neighbours (hubs rank lower)."""
        cosines = self.found.rows @ self.found.rows.T
        np.fill_diagonal(cosines, -1)
        hubs = -np.sort(-cosines, axis=1)[:, :50].mean(axis=1)
        return self.fused(meaning=self.found.part(self.found.ranks(self.found.meaning - weight * hubs)))


def tried(ideas: Ideas) -> dict[str, Callable[[], Fused]]:
    """Name -> the idea."""
    found = ideas.found
    return {
        BEFORE: ideas.before,
        TAKEN: ideas.fused,
        "best sentence by its words instead": ideas.sentence_words,
        "the same share of the whole text instead": ideas.whole_text,
        "+ best sentence by its vector, for phrases, a quarter": lambda: ideas.sentence_vectors(0.25, 0.5),
        "+ best sentence by its vector, for phrases, a half": lambda: ideas.sentence_vectors(0.5, 0.5),
        "the same, its wording at a quarter": lambda: ideas.sentence_vectors(0.5, 0.25),
        "best sentence of phrases by its vector only": lambda: ideas.sentence_vectors(0.5, 0.0),
        "feedback of vectors, 3 hits at .2": lambda: ideas.feedback(3, 0.2),
        "feedback of vectors, 5 hits at .2": lambda: ideas.feedback(5, 0.2),
        "feedback of vectors, 10 hits at .2": lambda: ideas.feedback(10, 0.2),
        "questions without asking words": ideas.without_asking,
        "BM25 with b .5": lambda: ideas.saturated(1.2, 0.5),
        "BM25 with k1 .9": lambda: ideas.saturated(0.9, 0.75),
        "BM25 with k1 2.5, b .5": lambda: ideas.saturated(2.5, 0.5),
        "headline as a field, a quarter": lambda: ideas.with_field(found.headlines, 0.25),
        "headline as a field, whole": lambda: ideas.with_field(found.headlines, 1.0),
        "headings as a field, whole": lambda: ideas.with_field(found.headings, 1.0),
        "scores fused instead of ranks": ideas.scores_fused,
        "lexical rankings of questions at a half": lambda: ideas.by_kind("question", 0.5),
        "lexical rankings of topics at 1.5": lambda: ideas.by_kind("topic", 1.5),
        "lexical rankings of measures at 1.5": lambda: ideas.by_kind("measure", 1.5),
        "a prior for longer measures": lambda: ideas.longer(0.002),
        "vectors without the first component": lambda: ideas.less_common_direction(1),
        "hubs lower by a quarter": lambda: ideas.less_near_to_all(0.25),
    }
