"""Training end to end on a small field: grouped folds, abstention, new categories, the assignments table."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.classification import codebook as codebooks
from pipeline.classification.card import card
from pipeline.classification.labels import Label, targets
from pipeline.classification.training import assign_folds, train
from pipeline.schemas import ASSIGNMENTS, check
from pipeline.settings import TrainParams
from tests.classification.conftest import CODEBOOK, DIM, encode, frame

NEW = """
  - id: staff
    zh: 馆员队伍
    en: Staff
    definition: 馆员招聘、培训、职称和考核。
    cues: {2: [馆员, 职称], 1: [培训, 招聘]}
"""
STAFF = [
    "馆员培训每季一次",
    "招聘馆员四名，安排跟岗",
    "职称评审向基层馆员倾斜",
    "馆员业务考核与培训挂钩",
    "选派馆员外出研修",
    "新招聘人员由老馆员带教",
    "馆员职称申报辅导",
    "开展馆员技能培训和比武",
]


def test_it_learns_the_field(trained, measures, titles, vectors):
    scores = trained.evaluation.systems["fusion"]
    assert scores.micro_f1 > 0.8
    assert scores.primary_accuracy > 0.85
    probabilities = trained.classifier.probabilities(measures, titles, vectors, encode)
    assert probabilities.shape == (len(measures), 3)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_baselines_stand_in_the_same_table(trained):
    assert list(trained.evaluation.systems) == ["fusion", "keywords", "codebook", "tfidf", "vectors"]
    flat = trained.evaluation.metrics()
    assert {"micro_f1", "ece", "keywords_micro_f1", "tfidf_macro_f1"} <= set(flat)
    assert len(trained.evaluation.category_table()) == 3
    assert "4-fold" in trained.evaluation.note


def test_the_learning_curve_ends_with_the_classifier_itself(trained):
    curve = trained.evaluation.learning
    assert [row["measures"] for row in curve] == sorted(row["measures"] for row in curve)
    assert curve[-1]["micro_f1"] == round(trained.evaluation.systems["fusion"].micro_f1, 4)


def test_groups_are_never_split_and_every_measure_is_held_out_once(trained, labels, measures, book):
    out = trained.out_of_fold
    docs = measures["doc_id"].gather(out.rows).to_list()
    assert all(len({f for f, d in zip(out.folds.tolist(), docs, strict=True) if d == doc}) == 1 for doc in set(docs))
    goal = targets(labels, measures["measure_id"].to_list(), book)
    issuers = [doc[0] for doc in docs]
    folds = assign_folds(goal, issuers, 5, 1)
    assert sorted(set(folds.tolist())) == [0, 1]
    assert len({(f, i) for f, i in zip(folds.tolist(), issuers, strict=True)}) == 2


def test_the_same_input_gives_the_same_classifier(trained, measures, titles, vectors, labels, book, params):
    again = train(measures, titles, vectors, labels, book, params, 7, encode)
    assert again.classifier.digest == trained.classifier.digest
    assert np.array_equal(again.classifier.scorer.labels.weights, trained.classifier.scorer.labels.weights)
    other = train(measures, titles, vectors, labels[:-1], book, params, 7, encode)
    assert other.classifier.digest != trained.classifier.digest


def test_assignments_satisfy_the_table(trained, measures, titles, vectors):
    table = check(trained.classifier.assign(measures, titles, vectors, encode), ASSIGNMENTS)
    assert (table.filter(~pl.col("assigned"))["probability"] >= 0.05).all()
    primaries = table.group_by("measure_id").agg(pl.col("primary").sum())["primary"]
    assert primaries.max() == 1
    assert set(table["source"]) == {"model"}
    ranks = table.group_by("measure_id", maintain_order=True).agg("rank", "probability")
    for rank, probability in zip(ranks["rank"].to_list(), ranks["probability"].to_list(), strict=True):
        assert rank == list(range(1, len(rank) + 1)) or rank == sorted(rank)
        assert probability == sorted(probability, reverse=True)


def test_no_measures_give_an_empty_table(trained, measures, titles, vectors):
    table = trained.classifier.assign(measures.head(0), titles, vectors[:0], encode)
    assert check(table, ASSIGNMENTS).is_empty()


def test_a_text_about_nothing_gets_no_label(trained, titles):
    odd = frame({"c-1": ["今日天气晴朗"]})
    answers = trained.classifier.answer(odd, titles, encode(odd["text"].to_list()), encode)
    assert answers.primary.tolist() == [-1]


def test_vectors_that_do_not_fit_are_refused_with_both_numbers(trained, measures, titles, vectors):
    with pytest.raises(ValueError, match="29 measures but 3 vectors"):
        trained.classifier.assign(measures, titles, vectors[:3], encode)
    with pytest.raises(ValueError, match=f"{DIM} dimensions, not 5"):
        trained.classifier.assign(measures, titles, vectors[:, :5], encode)


def test_definitions_alone_already_classify(measures, titles, vectors, book, labels):
    result = train(measures, titles, vectors, [], book, TrainParams(), 1, encode)
    assert result.evaluation is None
    answers = result.classifier.answer(measures, titles, vectors, encode)
    goal = targets(labels, measures["measure_id"].to_list(), book)
    named = goal.primary >= 0
    assert (answers.probabilities.argmax(axis=1)[named] == goal.primary[named]).mean() > 0.8


def test_a_new_category_with_only_a_definition_works_the_same_day(measures, titles, vectors, labels, params):
    book = codebooks.load(CODEBOOK + NEW, "library.yaml")
    result = train(measures, titles, vectors, labels, book, params, 7, encode)
    fresh = frame({"c-1": STAFF})
    answers = result.classifier.answer(fresh, titles, encode(STAFF), encode)
    assert (answers.probabilities.argmax(axis=1) == book.index["staff"]).mean() >= 0.8


def test_eight_labelled_examples_raise_a_new_category(measures, titles, labels, params):
    book = codebooks.load(CODEBOOK + NEW, "library.yaml")
    grown = pl.concat([measures, frame({"c-1": STAFF[:4], "d-1": STAFF[4:]})])
    new = [Label(f"{doc}/{i}", "staff", ["staff"]) for doc in ("c-1", "d-1") for i in range(1, 5)]
    result = train(grown, titles, encode(grown["text"].to_list()), [*labels, *new], book, params, 7, encode)
    row = result.evaluation.categories[book.index["staff"]]
    assert row.support == 8
    assert row.f1 > 0.8


def test_the_card_says_what_it_is(trained, params):
    found = card(trained, params, {"model": "toy"}, {"corpus": "abc"})
    assert found["labels"] == ["collection", "reading", "building"]
    assert found["support"]["reading"] == 10
    assert found["scores"]["micro_f1"] > 0.8
    assert found["codebook"]["name"] == "library-1"
    assert len(found["systems"]) == 5
