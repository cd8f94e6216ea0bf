"""The figures quality is told in: PAN's, those of pairs, and agreement of judges."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from cases import Case
from judged import f1, kappa, verdicts
from plagdet import score
from planted_pairs import Paragraphs, score_pairs

CASE = Case("verbatim", "a", "b", (0, 100), (50, 150))
WHOLE = {"a_doc": "a", "b_doc": "b", "a_start": 0, "a_end": 100, "b_start": 50, "b_end": 150}


def test_a_case_found_as_it_is_scores_one():
    assert score([CASE], [WHOLE]).plagdet == pytest.approx(1.0)
    assert score([CASE], []).recall == 0.0


def test_a_case_in_two_parts_costs_granularity():
    found = score([CASE], [WHOLE | {"a_end": 50, "b_end": 100}, WHOLE | {"a_start": 50, "b_start": 100}])
    assert (found.recall, found.precision, found.granularity) == (1.0, 1.0, 2.0)
    assert found.plagdet == pytest.approx(1 / np.log2(3))


def test_the_same_characters_twice_do_not_count_twice():
    half = WHOLE | {"a_end": 50, "b_end": 100}
    assert score([CASE], [half, half]).recall == 0.5


def test_what_is_found_beyond_a_case_costs_precision():
    loose = score([CASE], [WHOLE | {"a_end": 200, "b_end": 250}])
    assert (loose.recall, loose.precision) == (1.0, 0.5)
    one_sided = score([CASE], [WHOLE, WHOLE | {"b_start": 400, "b_end": 500}])
    assert (one_sided.recall, one_sided.precision) == (1.0, 0.5)
    elsewhere = score([CASE], [WHOLE, WHOLE | {"a_start": 300, "a_end": 400, "b_start": 400, "b_end": 500}])
    assert elsewhere.precision == 1.0


def test_pairs_of_paragraphs_count_when_they_are_certainly_right_or_wrong():
    shared = "逐校制定消防改造方案并公开招标开工前公示"
    known = Paragraphs(
        ["甲" + shared, "乙" + shared, "别的话" * 9, "丙" + shared], ["a", "b", "c", "d"], {(0, 1): "verbatim"}
    )
    found = score_pairs(known, {(0, 1), (0, 2), (0, 3), (2, 3)})
    assert (found.recall, found.precision) == (1.0, 0.5), "(0, 3) shares a sentence, (2, 3) has nothing planted"


def test_verdicts_turn_with_the_pair():
    pairs = pl.DataFrame({"a": ["p", "p"], "b": ["q", "r"], "relation": ["contains", "identical"]})
    assert verdicts(pairs, [("q", "p"), ("p", "q"), ("r", "p"), ("q", "r")]) == {
        ("q", "p"): "contained",
        ("p", "q"): "contains",
        ("r", "p"): "same",
        ("q", "r"): "different",
    }


def test_each_covering_the_other_is_the_same_if_families_are_asked():
    relation, covered = {"relation": ["contains"]}, {"containment_a": [0.8], "containment_b": [0.9]}
    pairs = pl.DataFrame({"a": ["p"], "b": ["q"], **relation, **covered})
    assert verdicts(pairs, [("p", "q")], 0.8) == {("p", "q"): "same"}
    assert verdicts(pairs, [("p", "q")], 0.85) == {("p", "q"): "contains"}


def test_f1_of_containment_needs_the_direction():
    gold = {("p", "q"): "contains", ("r", "s"): "same", ("t", "u"): "different"}
    said = {("p", "q"): "contained", ("r", "s"): "same", ("t", "u"): "paraphrase"}
    assert [f1(gold, said, group).f1 for group in ("same", "contained", "wording")] == [1.0, 0.0, 1.0]
    assert f1(gold, said, "related").precision == pytest.approx(2 / 3)


def test_kappa_is_one_for_equal_judges_and_zero_for_chance():
    assert kappa(["a", "b", "a"], ["a", "b", "a"]) == 1.0
    assert kappa(["a", "a", "b", "b"], ["a", "b", "a", "b"]) == 0.0
