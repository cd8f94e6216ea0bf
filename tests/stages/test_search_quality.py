"""The judged query set of the repository, and the stage that scores search on it."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from pipeline.errors import JucuoError
from pipeline.stages.search_quality import read_queries
from pipeline.workspace import Workspace


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_every_query_is_judged_and_a_third_of_each_kind_is_held_back(checkout):
    folder = checkout / "data/labels/queries"
    queries, judged = (
        lines(folder / "queries.jsonl"),
        {row["q"]: row["grades"] for row in lines(folder / "judged.jsonl")},
    )
    assert [query["q"] for query in queries] == list(judged)
    assert {grade for grades in judged.values() for grade in grades.values()} == {0, 1, 2, 3}
    assert all(max(grades.values()) >= 2 for grades in judged.values()), "a query nothing answers measures nothing"
    kinds = Counter(query["kind"] for query in queries)
    held = Counter(query["kind"] for query in queries if query["split"] == "held-back")
    assert kinds == {"measure": 67, "topic": 58, "question": 54}
    assert all(held[kind] == round(n / 3) for kind, n in kinds.items())
    own = [query.get("measure_id", "").split("/")[0] for query in queries]
    assert not any(
        doc and found.startswith(f"{doc}/")
        for doc, grades in zip(own, judged.values(), strict=True)
        for found in grades
    )


def test_a_missing_query_set_says_where_it_belongs(tmp_path):
    with pytest.raises(JucuoError, match=r"judged queries cannot be read[\s\S]*labels/queries"):
        read_queries(Workspace(tmp_path), tmp_path / "labels/queries")


def test_the_set_of_other_documents_is_refused(checkout):
    with pytest.raises(JucuoError, match="judged on another corpus"):
        read_queries(Workspace(checkout / "data"), checkout / "data/labels/queries")
