"""Metrics of rankings against hand-made cases; judged queries found again after another cutting."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import JucuoError
from pipeline.search import judgements, relevance

GRADES = {"a": 3, "b": 2, "c": 1, "d": 0}


def test_ndcg_by_hand():
    ideal = 7 + 3 / np.log2(3) + 1 / 2
    assert relevance.ndcg(["a", "b", "c"], GRADES) == pytest.approx(1)
    assert relevance.ndcg(["x", "a"], GRADES) == pytest.approx(7 / np.log2(3) / ideal)
    assert relevance.ndcg(["d", "x"], GRADES) == 0
    assert relevance.ndcg(["a"], {"a": 0}) == 0


def test_recall_rank_and_judged_share_by_hand():
    assert relevance.recall(["b", "x"], GRADES) == 0.5
    assert relevance.recall(["a"], {str(i): 3 for i in range(30)} | {"a": 2}, 10) == 0.1
    assert relevance.reciprocal_rank(["c", "x", "b"], GRADES) == pytest.approx(1 / 3)
    assert relevance.reciprocal_rank(["c"], GRADES) == 0
    assert relevance.judged_share(["a", "x", "y", "b"], GRADES) == 0.5


@given(st.permutations(sorted(GRADES)), st.integers(1, 6))
def test_no_order_beats_the_ideal_one_and_a_swap_toward_it_never_hurts(ranking, k):
    value = relevance.ndcg(ranking, GRADES, k)
    assert 0 <= value <= relevance.ndcg(sorted(GRADES), GRADES, k) + 1e-12
    at = next((i for i in range(3) if GRADES[ranking[i]] < GRADES[ranking[i + 1]]), None)
    if at is not None:
        better = [*ranking[:at], ranking[at + 1], ranking[at], *ranking[at + 2 :]]
        assert relevance.ndcg(better, GRADES, k) >= value - 1e-12


def test_the_bootstrap_is_repeatable_and_holds_the_mean():
    rng = np.random.default_rng(1)
    ours, theirs = rng.normal(0.5, 0.1, 60), rng.normal(0.3, 0.1, 60)
    found = relevance.paired_bootstrap(ours, theirs, seed=7)
    assert found == relevance.paired_bootstrap(ours, theirs, seed=7)
    assert found.low < found.mean < found.high
    assert found.mean == pytest.approx(float((ours - theirs).mean()))
    assert found.low > 0.1
    with pytest.raises(ValueError, match="one value a query"):
        relevance.paired_bootstrap([1.0], [], seed=1)


MEASURES = pl.DataFrame(
    {
        "measure_id": ["new/1", "new/2", "new/3"],
        "source_path": ["p.txt", "p.txt", "q.txt"],
        "source_start": [0, 100, 0],
        "source_end": [95, 200, 50],
    }
)
PLACES = {"old/1": ("p.txt", 0, 100), "old/2": ("p.txt", 100, 200), "old/3": ("p.txt", 200, 300)}
QUERIES = [
    {"q": "m", "kind": "measure", "split": "dev", "measure_id": "old/1"},
    {"q": "t", "kind": "topic", "split": "held-back", "text": "校园安全"},
    {"q": "gone", "kind": "measure", "split": "dev", "measure_id": "old/3"},
]


def test_judged_measures_are_found_where_they_stand_now():
    judged = [{"q": q, "grades": {"old/1": 3, "old/2": 1, "old/3": 2}} for q in ("m", "t", "gone")]
    measure, topic = judgements.resolve(QUERIES, judged, PLACES, MEASURES)
    assert (measure.query.measure_id, measure.query.other_documents, measure.held_back) == ("new/1", True, False)
    assert (topic.query.text, topic.query.other_documents, topic.held_back) == ("校园安全", False, True)
    assert topic.grades == {"new/1": 3, "new/2": 1}


def test_another_corpus_is_refused():
    with pytest.raises(JucuoError, match="0 of 3 judged measures"):
        judgements.resolve(QUERIES, [], PLACES, MEASURES.with_columns(pl.lit("z.txt").alias("source_path")))
