"""The reduced fit is the wide fit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse import random as sparse_random
from sklearn.linear_model import LogisticRegression

from pipeline.classification.linear import Columns, Reduced, fit_heads


@pytest.fixture
def wide():
    rng = np.random.default_rng(3)
    matrix = sparse_random(30, 200, density=0.2, random_state=3, format="csr")
    return csr_matrix(matrix), rng.random((30, 2)) > 0.5


def columns(matrix, full=0):
    return Columns(matrix[:, :full].toarray().astype(np.float32), matrix[:, full:])


def test_weights_equal_those_of_a_fit_on_all_columns(wide):
    matrix, truth = wide
    weight = np.linspace(0.5, 1.0, 30)
    heads = fit_heads(Reduced.of(columns(matrix)), truth, weight, c=2.0)
    for column in range(2):
        model = LogisticRegression(C=2.0, max_iter=5000, tol=1e-8).fit(matrix, truth[:, column], sample_weight=weight)
        assert np.allclose(heads.decide(columns(matrix))[:, column], model.decision_function(matrix), atol=2e-2)


def test_a_category_nobody_has_labelled_scores_zero(wide):
    matrix, truth = wide
    truth[:, 1] = False
    heads = fit_heads(Reduced.of(columns(matrix)), truth, np.ones(30), c=2.0)
    assert (heads.decide(columns(matrix))[:, 1] == 0).all()


def test_equal_rows_do_not_break_the_factorisation():
    matrix = csr_matrix(np.ones((6, 4)))
    truth = np.array([[True], [False]] * 3)
    assert np.isfinite(fit_heads(Reduced.of(columns(matrix)), truth, np.ones(6), 1.0).weights).all()


def test_fewer_columns_than_rows_can_be_fitted_too():
    rng = np.random.default_rng(5)
    matrix = csr_matrix(rng.normal(size=(120, 10)).astype(np.float32))
    truth = rng.random((120, 1)) > 0.5
    heads = fit_heads(Reduced.of(columns(matrix)), truth, np.ones(120), c=1.0)
    model = LogisticRegression(C=1.0, max_iter=5000, tol=1e-8).fit(matrix, truth[:, 0])
    assert np.allclose(heads.decide(columns(matrix))[:, 0], model.decision_function(matrix), atol=0.02)


def test_full_and_sparse_columns_give_what_sparse_ones_alone_give(wide):
    matrix, truth = wide
    whole, parted = columns(matrix), columns(matrix, 120)
    assert np.allclose(whole.gram(), parted.gram(), atol=1e-5)
    one, other = (fit_heads(Reduced.of(each), truth, np.ones(30), c=2.0) for each in (whole, parted))
    assert np.allclose(one.decide(whole), other.decide(parted), atol=1e-2)
