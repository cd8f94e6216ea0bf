from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.embedding.centring import blend, centre, fit_mean, shipped_mean


@given(st.integers(0, 10_000), st.integers(2, 30))
def test_centred_vectors_are_normalised_and_around_zero(seed, n):
    raw = np.random.default_rng(seed).normal(3, 1, size=(n, 8)).astype(np.float32)
    raw /= np.linalg.norm(raw, axis=1, keepdims=True)
    mean = fit_mean(raw)
    np.testing.assert_allclose(mean, raw.mean(axis=0), atol=1e-6)
    centred = centre(raw, mean)
    np.testing.assert_allclose(np.linalg.norm(centred, axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(centre(raw[0], mean), centred[0], atol=1e-6)


def test_a_vector_at_the_mean_becomes_zero():
    mean = np.full(4, 0.5, np.float32)
    assert centre(mean, mean).tolist() == [0, 0, 0, 0]
    assert fit_mean(np.zeros((0, 4), np.float32)).tolist() == [0, 0, 0, 0]


def test_the_mean_does_not_depend_on_chunks(monkeypatch):
    raw = np.random.default_rng(0).normal(size=(100, 5)).astype(np.float32)
    whole = fit_mean(raw)
    monkeypatch.setattr("pipeline.embedding.centring._CHUNK", 7)
    np.testing.assert_array_equal(fit_mean(raw), whole)


def test_blending_moves_from_the_shipped_mean_to_the_own_one():
    shipped, own = np.zeros(2, np.float32), np.ones(2, np.float32)
    assert blend(shipped, own, 0).tolist() == [0, 0]
    assert blend(shipped, own, 40, prior=40).tolist() == [0.5, 0.5]
    assert blend(shipped, own, 10**6)[0] > 0.99


def test_the_default_model_has_a_mean_and_others_have_not(encoder, vectors):
    mean = shipped_mean(encoder.identity)
    assert mean.shape == (384,)
    assert 0.85 < np.linalg.norm(mean) < 1, "raw e5 vectors all point one way"
    between = centre(vectors[:4], mean) @ centre(vectors[:4], mean).T
    raw = vectors[:4] @ vectors[:4].T
    off = ~np.eye(4, dtype=bool)
    assert raw[off].min() > 0.75
    assert between[off].max() < 0.6
    from dataclasses import replace

    assert shipped_mean(replace(encoder.identity, prompt="passage: ")) is None
    assert shipped_mean(replace(encoder.identity, model="BAAI/bge-small-zh-v1.5")) is None


@pytest.mark.parametrize("shape", [(5, 3), (1, 3)])
def test_shapes(shape):
    assert centre(np.ones(shape), np.zeros(3)).shape == shape
