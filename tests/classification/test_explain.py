"""Reasons: parts sum to the score, sentences to the wording, and people see words."""

from __future__ import annotations

import math

import pytest

from pipeline.classification.explain import explain
from tests.classification.conftest import encode


@pytest.fixture(scope="module")
def reasons(trained, measures, titles, vectors):
    return explain(trained.classifier, measures, titles, vectors, encode, list(trained.classifier.codebook.ids), top=3)


def test_parts_sum_to_the_log_odds_of_the_probability(reasons, trained, measures, titles, vectors):
    probabilities = trained.classifier.probabilities(measures, titles, vectors, encode)
    for row, found in enumerate(reasons):
        for column, reason in enumerate(found):
            p = float(probabilities[row, column])
            assert sum(reason.parts.values()) == pytest.approx(math.log(p / (1 - p)), abs=1e-4)
            assert reason.probability == pytest.approx(p, abs=1e-5)


def test_sentences_sum_to_the_wording(reasons):
    for reason in (one for found in reasons for one in found):
        assert sum(piece.contribution for piece in reason.sentences) == pytest.approx(reason.parts["wording"], abs=1e-6)


def test_the_telling_words_are_the_cues(reasons, measures):
    text = measures["text"][0]
    reason = reasons[0][0]
    assert reason.category == "collection"
    assert {piece.text for piece in reason.words} & {"馆藏", "采购", "图书", "编目"}
    assert all(text[piece.start : piece.end] == piece.text for piece in reason.words)


def test_neighbours_for_and_against(reasons, labels):
    decided = {label.measure_id: label.labels for label in labels}
    for reason in (one for found in reasons for one in found):
        assert all(reason.category in decided[near.measure_id] for near in reason.nearest_for)
        assert all(reason.category not in decided[near.measure_id] for near in reason.nearest_against)
        assert len(reason.nearest_for) == len(reason.nearest_against) == 3


def test_without_a_choice_only_assigned_categories_are_explained(trained, measures, titles, vectors):
    answers = trained.classifier.answer(measures, titles, vectors, encode)
    found = explain(trained.classifier, measures, titles, vectors, encode)
    assert [len(row) for row in found] == answers.assigned.sum(axis=1).tolist()


def test_the_best_sentence_stands_in_the_text(reasons, measures):
    for text, found in zip(measures["text"].to_list(), reasons, strict=True):
        for reason in found:
            best = reason.best_sentence
            assert text[best.start : best.end] == best.text
            assert best.text in [piece.text for piece in reason.sentences]
