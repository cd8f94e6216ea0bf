"""Shared passages: spans, sources, origins, directions; and adding documents gives what a rebuild gives."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from reuse_plans import CANTEEN, MENTORS, READING, SAFETY, SCHOOLS, frames

from pipeline.reuse import detect_passages, find_passages, update_passages
from pipeline.reuse.gotoh import gotoh
from pipeline.reuse.text import normalise
from pipeline.schemas import PASSAGES, check
from pipeline.settings import ReuseParams

PARAMS = ReuseParams()
FILLER = [
    "盘活闲置校舍，优先用于社区老年课堂和托育点，街道负责日常维护，产权单位每年核查一次使用情况。",
    "举办全县中学生篮球联赛，分片预赛、集中决赛，乡镇学校至少组建男女各一支队伍参加。",
    "对连续三年考核优秀的乡村教师发放专项奖励，标准由人社和财政部门共同核定，当年兑现到位。",
    "调整农村教学点布局须征求村民意见，过渡期不少于一个学期，交通补助同步落实到每名学生。",
]
CENTRAL = "坚持把办好每一所家门口的学校作为头等民生，统筹编制、经费、用地三项保障，推动优质资源向薄弱处流动。"


def passages(documents: pl.DataFrame, measures: pl.DataFrame, **options: object) -> pl.DataFrame:
    return check(find_passages(documents, measures, PARAMS, **options), PASSAGES)


def shown(documents: pl.DataFrame, row: dict[str, object], side: str, kind: str = "") -> str:
    column = "source_text" if kind else "text"
    text = documents.row(by_predicate=pl.col("doc_id") == row[f"{side}_doc"], named=True)[column]
    return text[row[f"{side}_{kind}start"] : row[f"{side}_{kind}end"]]


def plan(name: str, *texts: str, **facts: object) -> dict[str, object]:
    return {"id": name, "issuer": f"{name[0]}局", "measures": list(texts), **facts}


def test_what_two_plans_share_with_offsets_in_text_and_source(plans):
    documents, measures = plans
    table = passages(documents, measures)
    assert table.select("a_measure", "b_measure", "origin", "direction").rows() == [
        ("yunxi-2022/3", "shanbei-2023/2", "horizontal", "a_first"),
        ("yunxi-2022/1", "yunxi-2023/1", "series", "a_first"),
    ]
    for row in table.iter_rows(named=True):
        for side in "ab":
            assert shown(documents, row, side) == shown(documents, row, side, "source_")


def test_a_copied_measure_is_one_passage_with_its_edges():
    documents, measures = frames(
        plan("a", FILLER[0], SAFETY, FILLER[1], plan_year=2020), plan("b", FILLER[2], SAFETY, FILLER[3], plan_year=2021)
    )
    table = passages(documents, measures)
    assert table.height == 1
    row = table.row(0, named=True)
    assert shown(documents, row, "a") == shown(documents, row, "b") == SAFETY[:-1]
    assert row["identity"] == 1.0
    assert (row["a_measure"], row["b_measure"]) == ("a/2", "b/2")


@pytest.mark.parametrize(
    "copy",
    [
        SCHOOLS.replace("12", "7").replace("4300", "960"),
        SCHOOLS.replace("山区", "库区").replace("县财政", "区财政"),
        SCHOOLS[:24] + "由教育局牵头、住建部门配合逐校制定改造方案并公开招标，" + SCHOOLS[24:],
    ],
    ids=["numbers", "places", "a sentence slipped in"],
)
def test_a_changed_copy_is_still_one_passage(copy):
    documents, measures = frames(plan("a", FILLER[0], SCHOOLS, FILLER[1]), plan("b", FILLER[2], copy, FILLER[3]))
    table = passages(documents, measures)
    assert table.height == 1
    row = table.row(0, named=True)
    assert shown(documents, row, "a") == SCHOOLS[:-1]
    assert shown(documents, row, "b") == copy[:-1]
    assert 0.5 < row["identity"] < 1.0


def test_sentences_in_another_order_are_passages_of_their_own():
    first, second = SAFETY, CANTEEN
    documents, measures = frames(plan("a", first + second), plan("b", second + first))
    assert sorted(shown(documents, row, "a") for row in passages(documents, measures).iter_rows(named=True)) == sorted(
        [first[:-1], second[:-1]]
    )


def test_central_wording_is_central_and_what_stands_between_it_is_not():
    closing = "严格落实作业公示与总量审核，学科教研组每周会商一次，坚决不把课堂任务转嫁给家庭。"
    text = CENTRAL + SAFETY + closing
    documents, measures = frames(plan("a", FILLER[0], text, plan_year=2022), plan("b", text, FILLER[1], plan_year=2023))
    table = passages(documents, measures, central=pl.DataFrame({"text": [CENTRAL + closing], "plan_year": [2021]}))
    own = table.filter(pl.col("origin") == "horizontal")
    assert [shown(documents, row, "a") for row in own.iter_rows(named=True)] == [SAFETY[:-1]]
    assert "central" in set(table["origin"])


def test_a_trap_of_central_wording_only_is_not_horizontal():
    documents, measures = frames(plan("a", FILLER[0], CENTRAL), plan("b", CENTRAL, FILLER[1]))
    assert passages(documents, measures)["origin"].to_list() == ["horizontal"]
    central = pl.DataFrame({"text": [CENTRAL]})
    assert passages(documents, measures, central=central)["origin"].to_list() == ["central"]


def test_wording_older_than_the_central_document_is_not_central():
    documents, measures = frames(plan("a", CENTRAL, plan_year=2018), plan("b", CENTRAL, plan_year=2019))
    central = pl.DataFrame({"text": [CENTRAL], "published": [date(2021, 3, 1)]})
    assert passages(documents, measures, central=central)["origin"].to_list() == ["horizontal"]


def test_what_many_issuers_write_at_once_has_a_common_upstream_and_one_hub():
    spring = [
        plan(f"{n}1", FILLER[k % 4], CENTRAL, published=date(2023, 2, 1 + k))
        for k, n in enumerate("甲乙丙丁戊己庚辛壬癸子丑")
    ]
    table = passages(*frames(*spring))
    shared = table.filter(pl.col("origin") == "common_upstream")
    assert shared.height == len(spring) - 1
    assert set(shared["a_doc"]) == {"甲1"}


def test_what_many_issuers_write_over_the_years_is_of_unknown_origin():
    years = [plan(f"{n}1", CENTRAL, plan_year=2008 + k) for k, n in enumerate("甲乙丙丁戊己庚辛壬癸子丑")]
    assert set(passages(*frames(*years))["origin"]) == {"unknown"}


def test_unknown_issuers_and_equal_dates_stay_unknown():
    documents, measures = frames(
        {"id": "a", "plan_year": 2021, "measures": [SAFETY]}, {"id": "b", "plan_year": 2021, "measures": [SAFETY]}
    )
    assert passages(documents, measures).select("origin", "direction").rows() == [("unknown", "unknown")]


def test_the_day_of_posting_says_nothing_about_who_was_first():
    documents, measures = frames(plan("a", SAFETY, posted=date(2022, 1, 1)), plan("b", SAFETY, posted=date(2010, 1, 1)))
    assert passages(documents, measures)["direction"].to_list() == ["unknown"]


def test_a_passage_used_twice_counts_once():
    documents, measures = frames(plan("a", SAFETY), plan("b", SAFETY, FILLER[0], SAFETY))
    assert passages(documents, measures).height == 1


def test_no_documents_no_passages(plans):
    documents, measures = plans
    assert passages(documents.clear(), measures.clear()).is_empty()
    assert passages(documents.head(1), measures).is_empty()


def test_gotoh_bridges_a_gap_for_three_characters_but_not_for_two():
    x, far = normalise(["甲乙丙丁"]).codes, normalise(["甲乙教丙丁学", "教甲乙丙丁"])
    _, matches, columns, n, m = gotoh(x, far.of(0), True)
    assert (matches, columns, n, m) == (2, 2, 2, 2)
    _, matches, columns, n, m = gotoh(x, far.of(1), True)
    assert (matches, columns, n, m) == (4, 5, 4, 5)
    assert gotoh(x, x, False)[1:3] == (4, 4)


def many(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sixteen documents over seven issuers: common, central and copied wording in all orders."""
    rng = np.random.default_rng(seed)
    pool = [SCHOOLS, READING, SAFETY, CANTEEN, MENTORS, CENTRAL, *FILLER]
    plans = []
    for n in range(14):
        chosen = [pool[k] for k in rng.permutation(len(pool))[:4]]
        chosen = [text[: rng.integers(20, len(text))] + text[-5:] for text in chosen]
        plans.append(
            {
                "id": f"d{n:02}",
                "issuer": None if n == 3 else f"{n % 9}局",
                "level": "national" if n == 5 else "county",
                "plan_year": None if n == 7 else int(rng.integers(2018, 2023)),
                "measures": chosen,
            }
        )
    return frames(*plans)


@pytest.mark.parametrize("seed", range(3))
def test_adding_and_removing_documents_gives_what_a_rebuild_gives(seed):
    params = ReuseParams(boilerplate_issuers=4)
    documents, measures = many(seed)
    rng = np.random.default_rng(seed)
    known = detect_passages(documents.clear(), measures, params)
    steps = [(name, True) for name in rng.permutation(documents["doc_id"].to_list())]
    steps[9:9] = [(steps[1][0], False), (steps[6][0], False)]
    present: list[str] = []
    for name, arrives in steps:
        present = [*present, name] if arrives else [other for other in present if other != name]
        now = documents.filter(pl.col("doc_id").is_in(present))
        known = update_passages(known, now, measures, params)
        anew = detect_passages(now, measures, params)
        assert known.passages.equals(anew.passages)
        assert known.standing.runs.equals(anew.standing.runs)
    assert len(set(known.passages["origin"])) >= 2
