"""Neighbours among vectors: exact, each pair once, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.reuse import vectors as module
from pipeline.reuse.vectors import centred, cosines, similar_pairs


@pytest.fixture
def vectors() -> np.ndarray:
    raw = np.random.default_rng(7).normal(size=(70, 5)).astype(np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def brute(vectors: np.ndarray, threshold: float) -> set[tuple[int, int]]:
    similar = vectors.astype(float) @ vectors.T.astype(float)
    return {(i, j) for j in range(len(vectors)) for i in range(j) if similar[i, j] >= threshold}


def test_all_pairs_and_no_other(vectors, monkeypatch):
    monkeypatch.setattr(module, "ROWS", 16)
    monkeypatch.setattr(module, "COLUMNS", 23)
    pairs = similar_pairs(vectors, 0.6)
    assert {tuple(pair) for pair in pairs.tolist()} == brute(vectors, 0.6)
    assert len(pairs) == len(brute(vectors, 0.6))


def test_new_rows_only(vectors):
    new = np.zeros(70, bool)
    new[[3, 40, 41]] = True
    pairs = similar_pairs(vectors, 0.5, new)
    assert {tuple(p) for p in pairs.tolist()} == {p for p in brute(vectors, 0.5) if new[p[0]] or new[p[1]]}
    assert len(pairs) == len(np.unique(pairs, axis=0))


def test_the_mean_is_taken_away(vectors):
    shifted = vectors + np.float32(3)
    mean = np.full(5, 3, np.float32)
    assert np.allclose(centred(shifted, mean), vectors, atol=1e-5)
    assert np.allclose(np.linalg.norm(centred(shifted, None), axis=1), 1)


def test_cosines(vectors):
    left, right = np.array([0, 1], np.int32), np.array([0, 2], np.int32)
    assert np.allclose(cosines(vectors, left, right), [1.0, vectors[1] @ vectors[2]], atol=1e-6)
