"""Gold labels: checked with all problems at once, matched with measures, the last decision winning."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.classification.labels import Label, parse, targets, unmatched
from pipeline.errors import JucuoError


def test_rows_become_labels_and_unknown_keys_are_left(book):
    rows = [
        {"measure_id": "d/1", "primary": "reading", "labels": ["reading", "building"], "annotator": "li", "extra": 1},
        {"measure_id": "d/2", "primary": None, "labels": [], "omnibus": True},
    ]
    first, second = parse(rows, book, "gold.jsonl")
    assert first == Label("d/1", "reading", ["reading", "building"], "li")
    assert second.primary is None
    assert second.omnibus


def test_all_problems_with_line_and_hint(book):
    rows = [
        {"measure_id": "d/1", "primary": "reading", "labels": ["readng"]},
        {"primary": None, "labels": ["building"]},
        {"measure_id": "d/3", "primary": None, "labels": "reading"},
        {"measure_id": "d/4", "primary": "reading", "labels": ["reading", "reading"]},
    ]
    with pytest.raises(JucuoError) as caught:
        parse(rows, book, "gold.jsonl")
    message = caught.value.cause
    assert "6 problem(s)" in message
    assert "line 1 (d/1): `readng` is no category; did you mean `reading`?" in message
    assert "line 1 (d/1): primary `reading` is not among the labels" in message
    assert "line 2 (?): measure_id is missing" in message
    assert "line 2 (?): has labels but no primary" in message
    assert "line 3 (d/3): labels is no list" in message
    assert "line 4 (d/4): a category stands twice" in message


def test_many_problems_are_counted_not_hidden(book):
    rows = [{"measure_id": f"d/{i}", "primary": None, "labels": ["x"]} for i in range(30)]
    with pytest.raises(JucuoError, match="and 40 more"):
        parse(rows, book, "gold.jsonl")


def test_targets_follow_the_measures_and_the_last_decision_wins(book):
    labels = [
        Label("d/2", "reading", ["reading"]),
        Label("d/1", None, []),
        Label("gone/1", "reading", ["reading"]),
        Label("d/2", "building", ["building", "reading"], omnibus=True),
    ]
    goal = targets(labels, ["d/1", "d/2", "d/3"], book)
    assert goal.rows.tolist() == [0, 1]
    assert goal.labels.tolist() == [[False, False, False], [False, True, True]]
    assert goal.primary.tolist() == [-1, 2]
    assert goal.omnibus.tolist() == [False, True]
    assert unmatched(labels, ["d/1", "d/2", "d/3"]) == ["gone/1"]


def test_no_labels_give_empty_arrays(book):
    goal = targets([], ["d/1"], book)
    assert goal.labels.shape == (0, 3)
    assert goal.rows.dtype == np.int64
