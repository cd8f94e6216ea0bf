"""The arithmetic of the experiment with a static model."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import Ridge


@pytest.fixture
def static_model(checkout, monkeypatch):
    monkeypatch.syspath_prepend(str(checkout / "experiments"))
    return importlib.import_module("static_model")


def test_conjugate_gradients_find_the_ridge_regression(static_model):
    rng = np.random.default_rng(0)
    x = sparse.random(200, 30, 0.2, random_state=0, dtype=np.float32, format="csr")
    y = rng.normal(size=(200, 6)).astype(np.float32)
    expected = Ridge(alpha=0.7, fit_intercept=False, solver="cholesky").fit(x.toarray(), y).coef_.T
    np.testing.assert_allclose(static_model.least_squares(x, y, 0.7), expected, atol=1e-4)


@pytest.mark.parametrize("weighing", ["idf", "sif", "alike"])
def test_a_static_model_gives_texts_vectors_near_those_it_was_trained_on(static_model, weighing):
    texts = ["新建公办幼儿园", "新建普惠幼儿园", "规范校外培训机构", "治理校外培训机构"] * 3
    topics = np.eye(5, dtype=np.float32)[[0, 0, 1, 1] * 3]
    variant = static_model.Variant("", static_model.pairs_too, weighing, 0.1)
    model = static_model.StaticModel(variant, texts, topics)
    found = model([*texts[:4], "", "校外培训"])
    np.testing.assert_allclose(found[:4], topics[:4], atol=0.2)
    assert not found[4].any()
    assert found[5].argmax() == 1
