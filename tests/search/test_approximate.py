"""The approximate index beside exact search, and when it is not to be asked."""

from __future__ import annotations

import importlib.util

import numpy as np
import polars as pl
import pytest

from pipeline.errors import JucuoError
from pipeline.search import Filters, Query, SearchIndex, approximate
from pipeline.search.approximate import FaissIndex
from pipeline.search.dense import DenseIndex

pytest.importorskip("faiss", reason="the extra `ann` is not installed")

N, DIM, LISTS = 20_000, 48, 64


def _like_e5(n: int, seed: int) -> np.ndarray:
    """Raw vectors near one another, blended of 500 directions, three at a time."""
    topics = np.random.default_rng(0).normal(size=(500, DIM))
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet([0.5] * 3, n)
    found = 1 + 0.3 * np.einsum("np,npd->nd", weights, topics[rng.integers(0, 500, (n, 3))])
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def _built(dense: DenseIndex) -> FaissIndex:
    return FaissIndex.build(dense, LISTS, 16, seed=5)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return _like_e5(N, 1)


@pytest.fixture(scope="module")
def exact(vectors: np.ndarray) -> DenseIndex:
    return DenseIndex(vectors, vectors.mean(axis=0))


@pytest.fixture(scope="module")
def near(vectors: np.ndarray) -> DenseIndex:
    return DenseIndex(vectors, vectors.mean(axis=0), approximate=_built)


@pytest.fixture(scope="module")
def queries(exact: DenseIndex) -> np.ndarray:
    return exact.query(_like_e5(50, 2))


@pytest.mark.parametrize("k", [1, 5, 10])
def test_few_neighbours_are_missed_and_scores_are_the_exact_ones(exact, near, queries, k):
    recalls = []
    for query in queries:
        rows, cosines = near.top(query, k)
        truth, best = exact.top(query, k)
        recalls.append(len(np.intersect1d(rows, truth)) / k)
        assert len(rows) == k
        np.testing.assert_array_equal(cosines, exact.cosines(query, rows))
        assert (np.diff(cosines) <= 0).all()
        assert (cosines <= best).all()
    assert np.mean(recalls) >= 0.98


def test_a_wide_filter_holds_and_a_narrow_one_is_searched_exactly(exact, near, queries):
    rng = np.random.default_rng(4)
    wide, narrow = rng.random(N) < 0.8, rng.random(N) < 0.01
    recalls = []
    for query in queries:
        rows, _ = near.top(query, 10, wide)
        assert wide[rows].all()
        assert len(rows) == 10
        recalls.append(len(np.intersect1d(rows, exact.top(query, 10, wide)[0])) / 10)
        for found, truth in zip(near.top(query, 10, narrow), exact.top(query, 10, narrow), strict=True):
            np.testing.assert_array_equal(found, truth)
    assert np.mean(recalls) >= 0.98


def test_never_do_fewer_come_back(exact, near, queries):
    """A query whose lists hold too few of the allowed, and one for more than the index is asked for."""
    far = np.argsort(exact.rows(slice(None)) @ queries[0])[: N * 6 // 10]
    allowed = np.zeros(N, bool)
    allowed[far] = True
    for k in (300, N):
        rows, _ = near.top(queries[0], k, allowed)
        np.testing.assert_array_equal(rows, exact.top(queries[0], k, allowed)[0])
        assert len(rows) == min(k, len(far))


def test_the_same_vectors_give_the_same_bytes_and_bytes_give_the_index_back(near, queries):
    one, other = _built(near).array(), _built(near).array()
    np.testing.assert_array_equal(one, other)
    again = FaissIndex.of_array(one, 16)
    for query in queries[:5]:
        np.testing.assert_array_equal(again.candidates(query, 10), _built(near).candidates(query, 10))
    assert not np.array_equal(one, FaissIndex.build(near, LISTS, 16, seed=6).array())


def test_the_digest_tells_other_vectors_means_and_weights(vectors):
    mean, few = vectors.mean(axis=0), vectors[:50]
    indexes = [
        DenseIndex(few, mean),
        DenseIndex(few[::-1], mean),
        DenseIndex(few, mean * 2),
        DenseIndex(few, mean, vectors[50:100]),
        DenseIndex(few, mean, vectors[50:100], 0.2),
    ]
    assert len({index.digest() for index in indexes}) == len(indexes)
    assert DenseIndex(few.copy(), mean).digest() == indexes[0].digest()


def test_a_search_through_it_answers_as_the_exact_one(measures, documents, encode):
    texts = [f"{text}第{i}项" for i in range(30) for text in measures["text"]]
    table = pl.concat([measures] * 30).with_columns(
        pl.Series("measure_id", [f"m{i:04d}" for i in range(len(texts))]), pl.Series("text", texts)
    )
    vectors = encode(texts)
    mean = vectors.mean(axis=0)
    plain = SearchIndex.build(table, documents, vectors, mean)
    fast = SearchIndex.build(
        table, documents, vectors, mean, approximate=lambda dense: FaissIndex.build(dense, 8, 8, seed=1)
    )
    for query in (
        Query(measure_id="m0003", collapse=False),
        Query(text="幼儿园学位", collapse=False),
        Query(measure_id="m0003", filters=Filters(issuer="北原"), collapse=False, top=20),
        Query(measure_id="m0003", other_issuers=True, collapse=False),
    ):
        assert fast.search(query, encode) == plain.search(query, encode)


def test_without_faiss_the_remedy_is_named(vectors, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert not approximate.available()
    with pytest.raises(JucuoError, match=r"faiss is not installed[\s\S]*jucuo\[ann\]"):
        DenseIndex(vectors, vectors.mean(axis=0), approximate=_built)
