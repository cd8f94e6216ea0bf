"""Figures of merit against scikit-learn and by hand; calibration and thresholds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score

from pipeline.classification.calibration import NEW, Stack, Thresholds, sigmoid
from pipeline.classification.decide import Answers, OmnibusRule
from pipeline.classification.labels import Targets
from pipeline.classification.metrics import average_precision, by_category, calibration_error, confusions, score


def example(seed: int = 0, n: int = 60, k: int = 5) -> tuple[Answers, Targets]:
    rng = np.random.default_rng(seed)
    gold = rng.random((n, k)) > 0.7
    probabilities = np.clip(gold * 0.5 + rng.random((n, k)) * 0.5, 0, 1)
    primary = np.where(gold.any(axis=1), gold.argmax(axis=1), -1)
    assigned = probabilities >= 0.5
    said = np.where(assigned.any(axis=1), np.where(assigned, probabilities, -1).argmax(axis=1), -1)
    none = np.zeros(n, dtype=bool)
    return Answers(probabilities, assigned, said, none), Targets(np.arange(n), gold, primary, none)


def test_overall_figures_equal_scikit_learns():
    answers, goal = example()
    found = score(answers, goal, [str(i % 7) for i in range(60)])
    assert found.micro_f1 == pytest.approx(f1_score(goal.labels, answers.assigned, average="micro"))
    assert found.macro_f1 == pytest.approx(f1_score(goal.labels, answers.assigned, average="macro"))
    assert found.brier == pytest.approx(brier_score_loss(goal.labels.ravel(), answers.probabilities.ravel()))
    assert found.micro_f1_low <= found.micro_f1 <= found.micro_f1_high
    assert set(found.flat()) >= {"micro_f1", "primary_accuracy", "ece", "none_recall"}


def test_category_figures_equal_scikit_learns():
    answers, goal = example(1)
    rows = by_category(answers, goal, list("abcde"), np.full(5, 0.5))
    expected = f1_score(goal.labels, answers.assigned, average=None)
    assert [row.f1 for row in rows] == pytest.approx(list(expected))
    for column, row in enumerate(rows):
        value = average_precision_score(goal.labels[:, column], answers.probabilities[:, column])
        assert row.average_precision == pytest.approx(value)


def test_perfect_answers_score_one_and_confuse_nothing():
    _, goal = example(2)
    perfect = Answers(goal.labels.astype(float), goal.labels, goal.primary, goal.omnibus)
    found = score(perfect, goal, ["a"] * 60)
    assert found.micro_f1 == found.macro_f1 == found.primary_accuracy == found.top3_recall == found.none_recall == 1.0
    assert found.brier == found.ece == 0.0
    assert confusions(perfect, goal, list("abcde")) == []


def test_confusions_name_what_was_said_instead():
    _, goal = example(3)
    nothing = Answers(goal.labels * 0.0, goal.labels & False, np.full(60, -1), goal.omnibus)
    rows = confusions(nothing, goal, list("abcde"))
    assert {said for _, said, _ in rows} == {""}
    assert sum(count for _, _, count in rows) == int((goal.primary >= 0).sum())


def test_calibration_error_of_overconfidence_is_its_size():
    probabilities = np.full(1000, 0.9)
    truth = np.arange(1000) % 10 < 6
    assert calibration_error(probabilities, truth) == pytest.approx(0.3)


def test_average_precision_without_positives_is_zero():
    assert average_precision(np.array([0.2, 0.4]), np.array([False, False])) == 0.0


@given(st.floats(-700, 700))
def test_sigmoid_never_overflows_and_is_symmetric(value):
    assert 0.0 <= sigmoid(np.array(value)) <= 1.0
    assert sigmoid(np.array(value)) + sigmoid(np.array(-value)) == pytest.approx(1.0)


def test_the_stack_gives_weight_to_what_predicts_and_probabilities_that_hold():
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(400, 3)) * 3
    truth = rng.random((400, 3)) < sigmoid(signal)
    features = np.stack([rng.normal(size=(400, 3)), signal], axis=2)
    stack = Stack.fit(features, truth)
    assert stack.weights[1] == pytest.approx(1.0, abs=0.2)
    assert abs(stack.weights[0]) < 0.3
    assert calibration_error(sigmoid(stack.log_odds(features)), truth) < 0.05


def test_without_positives_the_stack_is_the_prior():
    features = np.random.default_rng(0).normal(size=(5, 2, 3))
    stack = Stack.fit(features, np.zeros((5, 2), dtype=bool))
    assert np.array_equal(stack.log_odds(features), features[:, :, 0])


def thresholds_for(supports: list[int]) -> Thresholds:
    """Thresholds of categories with so many positives each, told apart at about 0.35."""
    rng = np.random.default_rng(1)
    truth = np.arange(400)[:, None] < np.array(supports)[None, :]
    probabilities = np.where(truth, 0.4, 0.2) + rng.random(truth.shape) * 0.1
    return Thresholds.fit(probabilities, truth, min_support=8)


def test_new_categories_have_a_low_threshold_and_rise_to_their_own():
    found = thresholds_for([80, 0, 8, 12, 16])
    assert found.each[1] == found.each[2] == NEW
    assert NEW < found.each[3] < found.each[4]
    assert 0.3 < found.each[0] < 0.4
    assert 0.3 < found.each[4] < 0.4


def test_where_all_categories_are_rare_they_share_a_threshold():
    found = thresholds_for([3, 8, 0])
    assert found.each.tolist() == [found.shared] * 3
    assert 0.3 < found.shared < 0.4


def test_a_measure_with_nothing_else_gets_its_best_category_above_the_lower_threshold():
    thresholds = Thresholds(np.array([0.5, 0.5]), 0.5, 0.3)
    assigned = thresholds.assign(np.array([[0.6, 0.4], [0.35, 0.2], [0.2, 0.1]]))
    assert assigned.tolist() == [[True, False], [True, False], [False, False]]


def test_omnibus_needs_several_even_categories():
    rng = np.random.default_rng(2)
    single = np.eye(6)[rng.integers(0, 6, 80)] * 0.9 + 0.01
    mixed = np.full((10, 6), 0.5) + rng.random((10, 6)) * 0.1
    probabilities = np.vstack([single, mixed])
    rule = OmnibusRule.fit(probabilities, np.arange(90) >= 80)
    assert rule.flag(probabilities).tolist() == [False] * 80 + [True] * 10
    assert not OmnibusRule.fit(probabilities, np.zeros(90, bool)).flag(probabilities).any()


def test_intervals_of_calibration_hold_the_figure_and_follow_the_groups():
    answers, goal = example(n=200)
    one, many = ["a"] * 200, [str(i) for i in range(200)]
    alone = score(answers, goal, one)
    assert alone.brier_low == alone.brier == alone.brier_high
    assert alone.ece == pytest.approx(calibration_error(answers.probabilities, goal.labels))
    spread = score(answers, goal, many)
    assert spread.brier_low < spread.brier < spread.brier_high
    assert spread.ece_low < spread.ece_high
