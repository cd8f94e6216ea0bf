"""The reuse_pairs table: what is found, how it is labelled, and that a grown corpus gives the same as a new one."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from reuse_plans import CANTEEN, MENTORS, READING, SAFETY, SCHOOLS, frames

from pipeline.reuse import detect_pairs, find_pairs, update_pairs
from pipeline.schemas import REUSE_PAIRS, check
from pipeline.settings import ReuseParams

PARAMS = ReuseParams()


def relations(pairs: pl.DataFrame) -> dict[tuple[str, str], str]:
    return {(a, b): relation for a, b, relation in pairs.select("a", "b", "relation").iter_rows()}


def test_year_on_year_and_between_neighbours(plans):
    documents, measures = plans
    pairs = check(find_pairs(measures, documents, None, None, PARAMS), REUSE_PAIRS)
    assert relations(pairs) == {
        ("yunxi-2022/1", "yunxi-2023/1"): "near",
        ("yunxi-2022/2", "yunxi-2023/2"): "identical",
        ("yunxi-2022/3", "shanbei-2023/2"): "contained",
    }
    row = pairs.row(by_predicate=pl.col("relation") == "near", named=True)
    assert row["same_issuer"]
    assert row["years_apart"] == 1
    assert 0.8 <= row["edit_similarity"] < row["template_similarity"] == 1.0
    other = pairs.row(by_predicate=pl.col("relation") == "contained", named=True)
    assert not other["same_issuer"]
    assert other["containment_a"] == 1.0 > other["containment_b"]


def test_the_earlier_document_comes_first_and_ties_go_by_id():
    documents, measures = frames(
        {"id": "a-new", "plan_year": 2024, "measures": [SAFETY]},
        {"id": "b-old", "plan_year": 2020, "measures": [SAFETY]},
        {"id": "c-undated", "measures": [SAFETY]},
    )
    pairs = find_pairs(measures, documents, None, None, PARAMS)
    assert list(relations(pairs)) == [("a-new/1", "c-undated/1"), ("b-old/1", "a-new/1"), ("b-old/1", "c-undated/1")]
    assert pairs["years_apart"].to_list() == [None, 4, None]


def test_set_phrases_weigh_less_but_do_not_vanish():
    phrase = "以党组织领导的校长负责制为统领，把党建工作与教学教研同部署同检查同考评。"
    plans = [{"id": f"p{n}", "issuer": f"{n}区教育局", "measures": [phrase]} for n in "甲乙丙丁戊己庚辛壬癸"]
    documents, measures = frames(
        *plans, *({"id": f"q{n}", "issuer": f"{n}县教育局", "measures": [READING]} for n in "子丑")
    )
    pairs = find_pairs(measures, documents, None, None, PARAMS)
    everywhere = pairs.filter(pl.col("a").str.starts_with("p"))
    assert everywhere.height == 45
    assert set(everywhere["distinctive"]) == {0.0}
    assert set(pairs.filter(pl.col("a").str.starts_with("q"))["distinctive"]) == {1.0}


def test_wording_of_central_documents_is_boilerplate(plans):
    documents, measures = plans
    pairs = find_pairs(measures, documents, None, None, PARAMS, central=pl.DataFrame({"text": ["前言。" + SAFETY]}))
    distinctive = dict(pairs.select("b", "distinctive").iter_rows())
    assert distinctive == {"yunxi-2023/1": 1.0, "yunxi-2023/2": 1.0, "shanbei-2023/2": 0.0}


def test_paraphrases_come_from_vectors_and_only_where_wording_shows_nothing(plans):
    documents, measures = plans
    vectors = np.eye(len(measures), dtype=np.float32)
    by_id = {name: row for row, name in enumerate(measures["measure_id"])}
    vectors[by_id["shanbei-2023/1"]] = vectors[by_id["yunxi-2023/3"]]
    vectors[by_id["yunxi-2023/2"]] = vectors[by_id["yunxi-2022/2"]]
    pairs = find_pairs(measures, documents, vectors, np.zeros(len(measures), np.float32), PARAMS)
    found = relations(pairs)
    assert found["shanbei-2023/1", "yunxi-2023/3"] == "paraphrase"
    assert found["yunxi-2022/2", "yunxi-2023/2"] == "identical"
    assert list(found.values()).count("paraphrase") == 1
    assert pairs["cosine"].max() == pytest.approx(1.0)


def test_nothing_in_nothing_out(plans):
    documents, measures = plans
    empty = find_pairs(measures.clear(), documents.clear(), None, None, PARAMS)
    assert check(empty, REUSE_PAIRS).is_empty()
    alone = find_pairs(measures.head(1), documents, np.ones((1, 4), np.float32), None, PARAMS)
    assert alone.is_empty()


def test_the_order_of_rows_does_not_matter(plans):
    documents, measures = plans
    straight = find_pairs(measures, documents, None, None, PARAMS)
    turned = find_pairs(measures.reverse(), documents.reverse(), None, None, PARAMS)
    assert straight.equals(turned)


def many(seed: int) -> tuple[pl.DataFrame, pl.DataFrame, np.ndarray, np.ndarray]:
    """Twelve documents of edited copies of five measures, with vectors to match."""
    rng = np.random.default_rng(seed)
    pool = [SCHOOLS, READING, SAFETY, CANTEEN, MENTORS]
    plans = []
    for n in range(12):
        texts = []
        for _ in range(4):
            text = list(pool[rng.integers(len(pool))])
            for _ in range(rng.integers(0, 14)):
                text[rng.integers(len(text))] = "教学安全管理"[rng.integers(6)]
            texts.append("".join(text) + (pool[rng.integers(len(pool))] if rng.random() < 0.3 else ""))
        plans.append({"id": f"d{n:02}", "issuer": f"{n % 7}局", "plan_year": 2018 + n % 4, "measures": texts})
    documents, measures = frames(*plans)
    vectors = rng.normal(size=(len(measures), 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return documents, measures, vectors, np.zeros(6, np.float32)


# From the first measure on by sketches; across the switch in both directions; never.
@pytest.mark.parametrize("exact_up_to", [0, 24, 100_000])
@pytest.mark.parametrize("seed", range(4))
def test_adding_and_removing_documents_gives_what_a_rebuild_gives(seed, exact_up_to):
    documents, measures, vectors, mean = many(seed)
    params = ReuseParams(exact_up_to=exact_up_to, sampled=6, rarest=2)
    rng = np.random.default_rng(seed)
    present: list[str] = []
    known = detect_pairs(measures.clear(), documents.clear(), vectors[:0], mean, params)
    steps = [(name, True) for name in rng.permutation(documents["doc_id"].to_list())]
    steps[8:8] = [(steps[2][0], False), (steps[5][0], False)]
    for name, arrives in steps:
        present = [*present, name] if arrives else [other for other in present if other != name]
        docs = documents.filter(pl.col("doc_id").is_in(present))
        rows = measures["doc_id"].is_in(present)
        now, near = measures.filter(rows), vectors[rows.to_numpy()]
        added = [name] if arrives else []
        known = update_pairs(known, now, docs, near, mean, params=params, added=added)
        assert known.pairs.equals(find_pairs(now, docs, near, mean, params))
    assert set(known.pairs["relation"]) >= {"near", "paraphrase"}
