"""The search index: build it over tables and vectors, ask it questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.embedding.centring import blend, fit_mean
from pipeline.errors import JucuoError
from pipeline.search import filtering
from pipeline.search.asking import Asked, Encode, Parts, ask
from pipeline.search.collapse import collapse
from pipeline.search.counts import PairVocabulary, TermCounts, WordVocabulary, count_pairs, count_words
from pipeline.search.dense import DenseIndex
from pipeline.search.fusion import Fused, best_rows, fuse
from pipeline.search.hits import Ranked, Ranking, Words, make_hits, reasons_of, sentences_of
from pipeline.search.lexical import LexicalIndex
from pipeline.search.query import Query, SearchResult
from pipeline.search.scale import NEIGHBOURS
from pipeline.search.table import MeasureTable, digest_of
from pipeline.settings import SearchParams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.search.dense import Approximate

_VOCABULARY: dict[str, type[WordVocabulary | PairVocabulary]] = {"words": WordVocabulary, "characters": PairVocabulary}


class SearchIndex:
    """Measures with everything a query needs. Building is deterministic; searching changes nothing.

    Attributes:
        table: the measures in the order of the measures table, and their documents.
        mean: centring mean (dim,) the scores are relative to.
    """

    def __init__(
        self, table: MeasureTable, dense: DenseIndex, counts: Mapping[str, TermCounts], params: SearchParams
    ) -> None:
        self.table = table
        self.mean = dense.mean
        self._dense = dense
        self._counts = counts
        self._params = params
        self._lexical = {name: LexicalIndex(found) for name, found in counts.items()}
        ids = table.measures["measure_id"]
        self._tie = ids.rank("ordinal").to_numpy().astype(np.int64)
        row = {measure_id: i for i, measure_id in enumerate(ids.to_list())}
        self._parts = Parts(row, table.texts, dense, self._lexical)

    @classmethod
    def build(
        cls,
        measures: pl.DataFrame,
        documents: pl.DataFrame,
        vectors: np.ndarray,
        mean: np.ndarray,
        *,
        assignments: pl.DataFrame | None = None,
        params: SearchParams | None = None,
        headlines: np.ndarray | None = None,
        arrays: Mapping[str, np.ndarray] | None = None,
        approximate: Callable[[DenseIndex], Approximate | None] | None = None,
    ) -> SearchIndex:
        """Index measures.

        Args:
            measures: the measures table.
            documents: the documents table.
            vectors: raw vectors, float32 (n, dim), row i of measure i; may be memory-mapped.
            mean: in-domain mean (dim,); it is blended with the measures' own as their number grows.
            assignments: the assignments table, for the category filter.
            params: parameters.
            headlines: raw vectors of the headlines (n, dim), added at `params.headline_weight`; None leaves them out.
            arrays: what `arrays` of an earlier index gave; used if it is of these texts, else made anew.
            approximate: what makes an approximate index of the vectors; None searches them exactly.

        Raises:
            JucuoError: when vectors and measures are not of one number.
        """
        params = params or SearchParams.model_validate({})
        for name, given in (("vectors", vectors), ("vectors of headlines", headlines)):
            if given is not None and len(given) != len(measures):
                raise JucuoError(
                    f"there are {len(measures)} measures but {len(given)} {name}", "Run the stages embed and index."
                )
        table = MeasureTable.of(measures, documents, assignments)
        counts = _counts(table.texts, arrays)
        blended = blend(mean, fit_mean(vectors), len(vectors), params.mean_prior)
        dense = DenseIndex(vectors, blended, headlines, params.headline_weight, approximate)
        return cls(table, dense, counts, params)

    def __len__(self) -> int:
        """Measures in the index."""
        return len(self.table)

    def arrays(self) -> dict[str, np.ndarray]:
        """What takes long to make, as arrays of whole numbers: the same bytes for the same texts on every machine."""
        digest = np.frombuffer(bytes.fromhex(digest_of(self.table.texts)), np.uint8)
        parts = [counts.arrays(name) for name, counts in self._counts.items()]
        return {"digest": digest} | {name: array for part in parts for name, array in part.items()}

    def search(self, query: Query, encode: Encode | None = None) -> SearchResult:
        """Answer a query.

        Args:
            query: the question.
            encode: encoder for query texts; not needed for queries by measure ids alone.

        Raises:
            JucuoError: when a measure is not in the index, or a text is asked without an encoder.
        """
        ranking = self.rank(query, encode)
        near = self._params.near if query.collapse else None
        groups = collapse(ranking.rows, self.table.texts, query.top, near)
        explanation = ranking.explanation if not len(ranking.rows) else ""
        return SearchResult(ranking.hits(groups), ranking.n_candidates, ranking.terms, explanation, ranking.notes)

    def rank(
        self, query: Query, encode: Encode | None = None, depth: int | None = None, within: np.ndarray | None = None
    ) -> Ranking:
        """Everything a query ranks, for callers that show it page by page; `top` and `collapse` are not looked at.

        Args:
            query: the question.
            encode: as for `search`.
            depth: candidates each single ranking contributes; None takes the parameter. From the number of measures
                on, every measure is ranked that has a meaning or a word in common with the query: all of them.
            within: boolean (n,) or None: further rows that may not be hits are false.

        Raises:
            JucuoError: as `search`.
        """
        asked = ask(query, self._parts, encode)
        filtered = filtering.mask_of_all(query.filters, self.table)
        if within is not None:
            filtered = filtered & within
        allowed = filtered & self._containing(asked.terms) & ~self._own(query, asked)
        n_candidates, notes = int(allowed.sum()), _notes(query, asked)
        if n_candidates == 0:
            explanation = self._why_empty(query, int(filtered.sum()), asked.terms)
            return Ranking.empty(asked.terms, explanation, notes)
        ranked = self._rank(asked, allowed, depth or self._params.depth)
        words = Words(self._idf, self._params.common_idf)
        return Ranking(
            ranked.fused.rows,
            ranked.fused.scores,
            n_candidates,
            asked.terms,
            "",
            notes,
            lambda groups: make_hits(groups, self.table, ranked, asked, words),
            lambda rows: reasons_of(rows, self.table, ranked, asked),
        )

    def _rank(self, asked: Asked, allowed: np.ndarray, depth: int) -> Ranked:
        look = self._dense.look(asked.dense)
        neighbours = look.top(NEIGHBOURS)[0]
        rankings = {"meaning": look.top(depth, allowed)[0]}
        for name, index in self._lexical.items():
            rankings[name] = best_rows(index.scores(asked.lexical[name]), depth, self._tie, allowed)
        fused = self._with_sentences(asked, rankings, self._fuse(rankings))
        return Ranked(fused, self._dense, neighbours, self._lexical)

    def _fuse(self, rankings: Mapping[str, np.ndarray]) -> Fused:
        return fuse(rankings, self._params.weights(), self._params.rrf_k, self._tie)

    def _with_sentences(self, asked: Asked, rankings: Mapping[str, np.ndarray], fused: Fused) -> Fused:
        """The first of a fused ranking ranked by their best sentence too: of all measures it would take too long."""
        if not self._params.sentence:
            return fused
        rows = fused.rows[: self._params.closest]
        shares = sentences_of(rows, self.table, self._lexical, asked).shares
        order = np.lexsort((self._tie[rows], -shares))
        return self._fuse({**rankings, "sentence": rows[order[shares[order] > 0]]})

    def _containing(self, terms: Sequence[str]) -> np.ndarray:
        """Measures with every quoted term in text or headline; the pair index leaves few texts to look through."""
        mask = np.ones(len(self), bool)
        for term in terms:
            found = self.table.measures["headline"].str.contains(term, literal=True).to_numpy().copy()
            rows = self._lexical["characters"].having_all(term)
            found[rows] |= self.table.texts.gather(rows).str.contains(term, literal=True).to_numpy()
            mask &= found
        return mask

    def _own(self, query: Query, asked: Asked) -> np.ndarray:
        """Measures that are left out because they are the query's own, or of its documents or issuers."""
        out = np.zeros(len(self), bool)
        out[[*asked.rows, *asked.avoided]] = True
        if not (query.other_documents or query.other_issuers):
            return out
        documents = self.table.documents
        excluded = np.zeros(len(documents), bool)
        excluded[self.table.document_of[asked.rows]] = True
        if query.other_issuers:
            issuers = documents["joint_issuers"].filter(excluded).explode().drop_nulls().unique().sort().to_list()
            shared = pl.col("joint_issuers").list.set_intersection(issuers).list.len().fill_null(0) > 0
            excluded |= documents.select(shared)[:, 0].to_numpy()
        found: np.ndarray = out | excluded[self.table.document_of]
        return found

    def _idf(self, word: str) -> float:
        index = self._lexical["words"]
        vocabulary = index.counts.vocabulary
        i = vocabulary.id_of(word) if isinstance(vocabulary, WordVocabulary) else None
        return 0.0 if i is None else float(index.idf[i])

    def _why_empty(self, query: Query, n_filtered: int, terms: Sequence[str]) -> str:
        if not len(self):
            return "The index holds no measures."
        if not n_filtered:
            return filtering.why_empty(query.filters, self.table)
        if terms:
            marked = ", ".join(f"「{term}」" for term in terms)
            return f"None of the {n_filtered} measures that the filters leave contains {marked} exactly."
        return f"All {n_filtered} measures that the filters leave are of the query's own document or issuer."


def _counts(texts: pl.Series, arrays: Mapping[str, np.ndarray] | None) -> dict[str, TermCounts]:
    if arrays is not None and arrays["digest"].tobytes().hex() == digest_of(texts):
        return {name: TermCounts.of_arrays(arrays, name, kind) for name, kind in _VOCABULARY.items()}
    written = texts.to_list()
    return {"words": count_words(written), "characters": count_pairs(written)}


def _notes(query: Query, asked: Asked) -> tuple[str, ...]:
    if (query.other_issuers or query.other_documents) and not asked.rows:
        return ("The query is a free text: it has no document or issuer to leave out.",)
    return ()
