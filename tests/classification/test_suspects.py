"""Suspicious labels are the planted ones; what to label next is doubtful and not all alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.classification.suspects import suspects
from pipeline.classification.useful import doubt, most_useful

NAMES = ["a", "b", "c", "d"]


def planted(seed: int = 0, n: int = 400, wrong: int = 16) -> tuple[np.ndarray, np.ndarray, set[tuple[int, int]]]:
    rng = np.random.default_rng(seed)
    truth = rng.random((n, 4)) < 0.3
    probabilities = np.clip(np.where(truth, 0.85, 0.1) + rng.normal(0, 0.08, (n, 4)), 0.001, 0.999)
    flipped = {(int(i), int(rng.integers(4))) for i in rng.choice(n, wrong, replace=False)}
    labels = truth.copy()
    for i, j in flipped:
        labels[i, j] = ~labels[i, j]
    return probabilities, labels, flipped


def test_what_is_found_was_planted():
    probabilities, labels, flipped = planted()
    ids = [f"m{i}" for i in range(len(labels))]
    found = suspects(probabilities, labels, ids, NAMES)
    places = {(int(s.measure_id[1:]), NAMES.index(s.category)) for s in found}
    assert places <= flipped
    assert len(places) >= 0.7 * len(flipped)
    assert [s.quality for s in found] == sorted(s.quality for s in found)


def test_the_reason_says_what_stands_against_the_label():
    probabilities, labels, _ = planted()
    found = suspects(probabilities, labels, [str(i) for i in range(len(labels))], NAMES)[0]
    assert found.category in found.reason
    assert f"{found.probability:.0%}" in found.reason
    assert found.given == (" has " in f" {found.reason}")


def test_categories_without_contrast_are_left_alone():
    probabilities, labels, _ = planted()
    labels[:, 0], labels[:, 1] = True, False
    found = suspects(probabilities, labels, [str(i) for i in range(len(labels))], NAMES)
    assert {s.category for s in found} <= {"c", "d"}
    assert suspects(probabilities[:5], np.zeros((5, 4), bool), list("vwxyz"), NAMES) == []


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_of_equal_measures_one_is_asked_and_the_sure_ones_come_last():
    rng = np.random.default_rng(1)
    vectors = unit(rng.normal(size=(6, 16)))
    vectors[1] = vectors[0]
    probabilities = np.array([[0.5, 0.5], [0.5, 0.5], [0.4, 0.1], [0.99, 0.0], [0.5, 0.0], [0.0, 0.0]])
    found = most_useful(list("abcdef"), doubt(probabilities), vectors, vectors[:0], 6)
    order = [each.measure_id for each in found]
    assert order[0] in "ab"
    assert order.index("d") >= 4
    twin = next(each for each in found if each.measure_id == ({"a", "b"} - {order[0]}).pop())
    assert twin.novelty < 1e-3


@given(st.integers(0, 12), st.integers(0, 5), st.integers(1, 20))
@settings(max_examples=40)
def test_every_measure_at_most_once_and_scores_fall(n, m, top):
    rng = np.random.default_rng(n * 31 + m)
    vectors, labelled = unit(rng.normal(size=(n, 8)) + 1e-6), unit(rng.normal(size=(m, 8)) + 1e-6)
    found = most_useful([str(i) for i in range(n)], rng.random(n), vectors, labelled, top)
    assert len(found) == min(n, top)
    assert len({each.measure_id for each in found}) == len(found)
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)


def test_a_measure_without_any_category_is_in_doubt_too():
    assert doubt(np.array([[0.0, 0.0], [0.99, 0.0]])).tolist()[0] == 1.0
