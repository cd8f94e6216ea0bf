"""Closeness to labelled measures: a vote of three, silent where there is nothing to vote."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.classification.near import NEIGHBOURS, SCALE, Near
from pipeline.classification.readings import behind


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def near():
    rng = np.random.default_rng(0)
    labels = np.zeros((40, 4), dtype=bool)
    labels[:20, 0], labels[20:, 1], labels[39, 2] = True, True, True
    return Near.of(unit(rng.normal(size=(40, 24))), labels)


def test_a_category_nobody_labelled_says_nothing(near):
    asked = unit(np.random.default_rng(1).normal(size=(7, 24)))
    assert (near.closeness(asked)[:, 3] == 0).all()


def test_it_is_the_mean_over_the_closest_three(near):
    asked = unit(np.random.default_rng(2).normal(size=(5, 24)))
    cosines = asked @ near.vectors[:20].astype(np.float32).T
    expected = (np.sort(cosines, axis=1)[:, -NEIGHBOURS:].mean(axis=1) - near.level) * SCALE
    assert np.allclose(near.closeness(asked)[:, 0], expected, atol=1e-4)


def test_missing_neighbours_count_as_average_ones(near):
    asked = near.vectors[39:40].astype(np.float32)
    assert near.closeness(asked)[0, 2] == pytest.approx((1 - near.level) * SCALE / NEIGHBOURS, abs=1e-2)


def test_the_leader_is_behind_nobody():
    assert behind(np.array([[1.0, 3.0, 2.0]])).tolist() == [[-2.0, 0.0, -1.0]]
