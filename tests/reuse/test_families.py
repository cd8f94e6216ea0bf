"""Families: stars around a medoid, stable ids, honest firsts."""

from __future__ import annotations

from datetime import date

import polars as pl
from reuse_plans import MENTORS, READING, SAFETY, frames

from pipeline.reuse import build_families, find_pairs
from pipeline.schemas import FAMILIES, check
from pipeline.settings import ReuseParams

PARAMS = ReuseParams()


def families(documents: pl.DataFrame, measures: pl.DataFrame) -> pl.DataFrame:
    pairs = find_pairs(measures, documents, None, None, PARAMS)
    return check(build_families(measures, documents, pairs, PARAMS), FAMILIES)


def plan(name: str, text: str, **facts: object) -> dict[str, object]:
    return {"id": name, "measures": [text], "issuer": f"{name[0]}局", **facts}


def test_members_and_the_earliest_known(plans):
    documents, measures = plans
    table = families(documents, measures)
    assert table.group_by("family_id").len()["len"].to_list() == [2, 2]
    assert set(table["first_issuer"]) == {"云溪县教育局"}
    assert set(table["first_year"]) == {2022}


def test_a_chain_of_small_changes_is_no_giant_family():
    drift = [READING]
    for start in range(0, 40, 8):
        drift.append(drift[-1][:start] + SAFETY[start : start + 8] + drift[-1][start + 8 :])
    documents, measures = frames(*(plan(f"{n}x", text) for n, text in enumerate(drift)))
    table = families(documents, measures)
    members = table.filter(~pl.col("is_medoid"))
    assert members["similarity"].min() >= PARAMS.near
    assert table["n_members"].max() < len(drift)
    assert table["measure_id"].is_unique().all()
    assert (
        table.group_by("family_id").agg(pl.col("is_medoid").sum())["is_medoid"].to_list()
        == [1] * table["family_id"].n_unique()
    )


def test_later_documents_join_without_renaming():
    early = [plan("a1", SAFETY, plan_year=2020), plan("b1", SAFETY[:-6] + "按月调整。", plan_year=2021)]
    late = [plan("c1", SAFETY, plan_year=2022), plan("d1", SAFETY.replace("冬季", "雨季"), plan_year=2023)]
    before, after = families(*frames(*early)), families(*frames(*early, *late))
    assert set(before["family_id"]) == set(after["family_id"])
    assert after["n_members"].to_list() == [4] * 4


def test_who_was_first_stays_unknown_where_two_were_or_no_date_is_known():
    tie = families(*frames(plan("a1", SAFETY, plan_year=2021), plan("b1", SAFETY, plan_year=2021)))
    assert tie["first_year"].to_list() == [2021, 2021]
    assert tie["first_issuer"].to_list() == [None, None]
    undated = families(*frames(plan("a1", SAFETY), plan("b1", SAFETY)))
    assert undated["first_year"].to_list() == undated["first_issuer"].to_list() == [None, None]


def test_the_day_decides_within_a_year():
    table = families(
        *frames(
            plan("a1", SAFETY, plan_year=2021, published=date(2021, 3, 9)),
            plan("b1", SAFETY, plan_year=2021, published=date(2021, 2, 9)),
        )
    )
    assert set(table["first_issuer"]) == {"b局"}


def test_reordered_clauses_are_one_family_and_a_mere_part_is_not():
    turned = "冬季来临前检修全部车辆，对结冰路段提前调整线路和发车时间。组织校车驾驶人逐一谈话并签订承诺书。"
    part = SAFETY + MENTORS
    table = families(*frames(plan("a1", SAFETY), plan("b1", turned), plan("c1", part)))
    assert table["measure_id"].to_list() == ["a1/1", "b1/1"]


def test_no_pairs_no_families(plans):
    documents, measures = plans
    assert families(documents, measures.filter(pl.col("doc_id") == "yunxi-2022")).is_empty()
