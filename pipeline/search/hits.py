"""Rows of a ranking to hits with reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.search import scale
from pipeline.search.explain import shared_spans, words_of
from pipeline.search.query import Hit, Reasons
from pipeline.search.sentences import best_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.search.asking import Asked
    from pipeline.search.dense import DenseIndex
    from pipeline.search.fusion import Fused
    from pipeline.search.lexical import LexicalIndex
    from pipeline.search.sentences import BestSentences
    from pipeline.search.table import MeasureTable


@dataclass(frozen=True)
class Ranked:
    """A fused ranking, and where the single scores come from.

    Attributes:
        fused: the ranking.
        dense: the vectors.
        neighbours: rows nearest to the query among all measures, whatever the filters.
        lexical: the words and the character pairs.
    """

    fused: Fused
    dense: DenseIndex
    neighbours: np.ndarray
    lexical: Mapping[str, LexicalIndex]


@dataclass(frozen=True)
class Words:
    """What the hits' words are weighed by: idf of a word (0 if unknown) and the idf below which it is common."""

    idf: Callable[[str], float]
    common: float


@dataclass(frozen=True)
class Ranking:
    """Everything a query ranks, best first; reasons cost a millisecond a hit and are made for those asked for.

    Attributes:
        rows: rows of the index, int64 (m,).
        scores: their scores, float64 (m,).
        n_candidates: measures that the filters left.
        terms: terms that every hit contains exactly.
        explanation: why there are none, empty if there are some.
        notes: what else the asker should know.
        hits: hits of some of the rows, given as (row, rows collapsed into it), in that order.
        reasons: of some of the rows, all but the coverage, for long lists.
    """

    rows: np.ndarray
    scores: np.ndarray
    n_candidates: int
    terms: tuple[str, ...]
    explanation: str
    notes: tuple[str, ...]
    hits: Callable[[Sequence[tuple[int, list[int]]]], list[Hit]]
    reasons: Callable[[np.ndarray], list[Reasons]]

    @classmethod
    def empty(cls, terms: tuple[str, ...], explanation: str, notes: tuple[str, ...]) -> Ranking:
        """A ranking of nothing."""
        return cls(
            np.zeros(0, np.int64), np.zeros(0), 0, terms, explanation, notes, lambda _groups: [], lambda _rows: []
        )


def make_hits(
    groups: Sequence[tuple[int, list[int]]], table: MeasureTable, ranked: Ranked, asked: Asked, words: Words
) -> list[Hit]:
    """Hits of a ranking, best first; `groups` are rows with the rows collapsed into them."""
    rows = np.array([row for row, _ in groups], np.int64)
    if not len(rows):
        return []
    vectors = ranked.dense.rows(rows)
    nearest = np.argmax(vectors @ asked.vectors.T, axis=1).tolist()
    best = sentences_of(rows, table, ranked.lexical, asked)
    reasons = _reasons(rows, vectors, best, ranked, asked)
    place = _places(rows, ranked)
    ids = table.measures["measure_id"]
    hits = []
    for i, (row, duplicates) in enumerate(groups):
        like, record = asked.texts[nearest[i]], table.record(row)
        hits.append(
            Hit(
                rank=i + 1,
                score=round(float(ranked.fused.scores[place[i]]), 6),
                reasons=replace(reasons[i], coverage=round(_coverage(like, record["text"], words.idf), 4)),
                shared=shared_spans(like, record["text"], words.idf, words.common, asked.terms),
                sentence=best.spans[i],
                like=like,
                duplicates=tuple(ids[duplicate] for duplicate in duplicates),
                **_described(record),
            )
        )
    return hits


def _places(rows: np.ndarray, ranked: Ranked) -> list[int]:
    at = {row: place for place, row in enumerate(ranked.fused.rows.tolist())}
    return [at[row] for row in rows.tolist()]


def sentences_of(
    rows: np.ndarray, table: MeasureTable, lexical: Mapping[str, LexicalIndex], asked: Asked
) -> BestSentences:
    """The sentence of each measure that has most of a query."""
    return best_sentences(asked.lexical["characters"], lexical["characters"], table.texts.gather(rows).to_list())


def reasons_of(rows: np.ndarray, table: MeasureTable, ranked: Ranked, asked: Asked) -> list[Reasons]:
    """Reasons of ranked rows, in their order, without the coverage; no rows give none."""
    if not len(rows):
        return []
    best = sentences_of(rows, table, ranked.lexical, asked)
    return _reasons(rows, ranked.dense.rows(rows), best, ranked, asked)


def _reasons(rows: np.ndarray, vectors: np.ndarray, best: BestSentences, ranked: Ranked, asked: Asked) -> list[Reasons]:
    """Everything but the coverage."""
    fused = ranked.fused
    wording, characters = (ranked.lexical[name].cosines(asked.lexical[name], rows) for name in ("words", "characters"))
    local = scale.neighbourhood_cosines(asked.dense, vectors, ranked.dense.rows(ranked.neighbours))
    phrase = not asked.rows and all(scale.is_phrase(text) for text in asked.texts)
    scales = scale.scale_of(phrase=phrase)
    likeness = scales.likeness(local, wording)
    meaning = vectors @ asked.dense
    of_sentence = fused.parts.get("sentence", np.zeros(len(fused.rows)))
    return [
        Reasons(
            meaning=round(float(meaning[i]), 4),
            wording=round(float(wording[i]), 4),
            characters=round(float(characters[i]), 4),
            coverage=0.0,
            in_one_sentence=round(float(best.shares[i]), 4),
            same_measure=round(float(likeness.same_measure[i]), 4),
            same_topic=round(float(likeness.same_topic[i]), 4),
            relatedness=scales.name(float(likeness.same_measure[i]), float(likeness.same_topic[i])),
            ranks={name: int(ranks[place]) for name, ranks in fused.ranks.items() if ranks[place]},
            share_of_meaning=round(float(fused.parts["meaning"][place] / fused.scores[place]), 4),
            share_of_sentence=round(float(of_sentence[place] / fused.scores[place]), 4),
            terms=asked.terms,
        )
        for i, place in enumerate(_places(rows, ranked))
    ]


def _coverage(query: str, text: str, idf: Callable[[str], float]) -> float:
    """Share of the query's words that the text has; unknown words of the query weigh nothing."""
    asked = {word for word, _ in words_of(query)}
    total = sum(map(idf, sorted(asked)))
    return sum(map(idf, sorted(asked & {word for word, _ in words_of(text)}))) / total if total else 0.0


def _described(record: dict[str, Any]) -> dict[str, Any]:
    """What a hit says of its measure and document."""
    same = ("measure_id", "doc_id", "text", "headline", "kind", "title", "issuer", "province")
    return {name: record[name] for name in same} | {
        "heading_path": tuple(record["heading_path"]),
        "year": record["plan_year"],
    }
