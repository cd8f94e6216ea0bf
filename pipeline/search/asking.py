"""A query in the terms of an index: texts, own measures, vectors of each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import JucuoError
from pipeline.search import words
from pipeline.search.scale import is_phrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from pipeline.search.dense import DenseIndex
    from pipeline.search.lexical import LexicalIndex, TermVector
    from pipeline.search.query import Query

Encode = Callable[[list[str]], np.ndarray]
"""Texts to raw vectors (n, dim); called only for query texts that are not measures of the index."""

NEGATIVE = 0.5
"""What hits shall not be like is subtracted at this weight (Rocchio's gamma, with beta 1)."""


@dataclass(frozen=True)
class Asked:
    """A query ready to be ranked.

    Attributes:
        texts: what hits shall be like.
        vectors: their vectors as the index compares them, float32 (len(texts), dim).
        rows: rows of those that are measures of the index.
        avoided: rows of the measures that hits shall not be like.
        dense: the query's vector (dim,), L2-normalised.
        lexical: the query over the terms of each lexical index.
        terms: quoted terms that every hit must contain.
    """

    texts: list[str]
    vectors: np.ndarray
    rows: list[int]
    avoided: list[int]
    dense: np.ndarray
    lexical: dict[str, TermVector]
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """What of an index a query is put in terms of."""

    row: Mapping[str, int]
    texts: pl.Series
    dense: DenseIndex
    lexical: Mapping[str, LexicalIndex]


def ask(query: Query, parts: Parts, encode: Encode | None) -> Asked:
    """Put a query in the terms of an index.

    Raises:
        JucuoError: when a measure is not in the index, or a text is asked and there is no encoder.
    """
    if query.measure_id and query.measure_id not in parts.row:
        raise JucuoError(f"there is no measure {query.measure_id}", "Take an id from the table of measures.")
    positive = [query.measure_id or query.text or ""] if not query.examples else list(query.examples)
    rows = [None if query.text else parts.row.get(entry) for entry in positive]
    rows += [parts.row.get(entry) for entry in query.not_like]
    entries = [*positive, *query.not_like]
    texts = [entry if row is None else str(parts.texts[row]) for row, entry in zip(rows, entries, strict=True)]
    n, n_not = len(positive), len(query.not_like)
    weights = [1 / n] * n + [-NEGATIVE / max(1, n_not)] * n_not
    vectors = _vectors(rows, texts, parts, encode)
    dense = np.asarray(weights, np.float32) @ vectors
    norm = np.linalg.norm(dense)
    return Asked(
        texts[:n],
        vectors[:n],
        [row for row in rows[:n] if row is not None],
        [row for row in rows[n:] if row is not None],
        dense / norm if norm else dense,
        {name: index.combine([index.vector(text) for text in texts], weights) for name, index in parts.lexical.items()},
        words.quoted(query.text) if query.text else (),
    )


def _vectors(rows: Sequence[int | None], texts: list[str], parts: Parts, encode: Encode | None) -> np.ndarray:
    """Vectors of the entries, float32 (n, dim): the index's own for its measures, encoded for texts."""
    known = [i for i, row in enumerate(rows) if row is not None]
    free = [i for i, row in enumerate(rows) if row is None]
    vectors = np.zeros((len(rows), parts.dense.dim), np.float32)
    vectors[known] = parts.dense.rows(np.array([rows[i] for i in known], np.int64))
    if free:
        if encode is None:
            raise JucuoError("a query by text needs an encoder", "Pass `encode`, or ask by the id of a measure.")
        raw = np.asarray(encode([texts[i] for i in free]), np.float32)
        phrases = np.array([is_phrase(texts[i]) for i in free])[:, None]
        vectors[free] = np.where(phrases, parts.dense.phrase(raw), parts.dense.query(raw))
    return vectors
