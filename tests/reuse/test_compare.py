"""What people ask: how much two bureaus share, side by side, over the years, and as a network."""

from __future__ import annotations

import pytest
from reuse_plans import CANTEEN, READING, SAFETY, frames

from pipeline.errors import JucuoError
from pipeline.reuse import changes_over_years, compare_issuers, count_changes, find_pairs, find_passages, share_matrix
from pipeline.settings import ReuseParams

PARAMS = ReuseParams()
YUNXI, SHANBEI = "云溪县教育局", "山北区教育局"


def test_shares_are_of_the_first_issuers_own_text(plans):
    documents, measures = plans
    matrix = share_matrix(documents, find_passages(documents, measures, PARAMS), PARAMS)
    assert matrix.select("issuer_a", "issuer_b").rows() == [(YUNXI, SHANBEI), (SHANBEI, YUNXI)]
    share = {row["issuer_a"]: row for row in matrix.iter_rows(named=True)}
    assert share[SHANBEI]["n_chars"] == share[YUNXI]["n_chars"] == len(SAFETY) - 1
    assert share[SHANBEI]["distinctive_share"] > share[YUNXI]["distinctive_share"] > 0
    assert share[SHANBEI]["raw_share"] == pytest.approx(share[SHANBEI]["distinctive_share"], abs=0.05)


def test_set_phrases_count_as_raw_but_not_as_distinctive():
    phrase = "以党组织领导的校长负责制为统领，把党建工作与教学教研同部署同检查同考评。"
    documents, measures = frames(*({"id": n, "issuer": f"{n}局", "measures": [phrase]} for n in "甲乙丙丁戊己庚辛壬癸"))
    matrix = share_matrix(documents, find_passages(documents, measures, PARAMS), PARAMS)
    assert matrix.height == 90
    assert set(matrix["raw_share"]) == {1.0}
    assert set(matrix["distinctive_share"]) == {0.0}


def test_two_issuers_side_by_side(plans):
    documents, measures = plans
    pairs, passages = find_pairs(measures, documents, None, None, PARAMS), find_passages(documents, measures, PARAMS)
    result = compare_issuers(SHANBEI, YUNXI, documents, pairs, passages=passages, params=PARAMS)
    assert result.distinctive_share_a > result.distinctive_share_b > 0
    assert result.passages.select("a_text", "b_text", "a_issuer", "b_issuer").rows() == [
        (SAFETY[:-1], SAFETY[:-1], YUNXI, SHANBEI)
    ]
    assert result.pairs.select("a", "b").rows() == [("yunxi-2022/3", "shanbei-2023/2")]


def test_an_unknown_issuer_is_named_with_those_there_are(plans):
    documents, measures = plans
    none = find_pairs(measures.clear(), documents, None, None, PARAMS)
    with pytest.raises(JucuoError, match="无名局") as caught:
        compare_issuers(
            "无名局", YUNXI, documents, none, passages=find_passages(documents, measures, PARAMS), params=PARAMS
        )
    assert SHANBEI in caught.value.remedy


def test_kept_changed_dropped_added():
    documents, measures = frames(
        {"id": "a", "issuer": "甲局", "plan_year": 2021, "measures": [SAFETY, READING, CANTEEN]},
        {
            "id": "b",
            "issuer": "甲局",
            "plan_year": 2022,
            "measures": [
                SAFETY.replace("一", "逐"),
                READING + CANTEEN[:30] + "并每月公示。",
                "开展国防教育，组织军训。",
            ],
        },
    )
    pairs = find_pairs(measures, documents, None, None, PARAMS)
    table = changes_over_years("甲局", documents, measures, pairs)
    assert table.select("status", "measure_from", "measure_to").rows() == [
        ("kept", "a/1", "b/1"),
        ("changed", "a/2", "b/2"),
        ("dropped", "a/3", None),
        ("added", None, "b/3"),
    ]
    assert count_changes(table).rows() == [(2021, 2022, 1, 1, 1, 1)]


def test_one_year_has_no_changes(plans):
    documents, measures = plans
    assert changes_over_years(
        SHANBEI, documents, measures, find_pairs(measures, documents, None, None, PARAMS)
    ).is_empty()


def test_changes_of_an_unknown_issuer_are_an_error(plans):
    documents, measures = plans
    pairs = find_pairs(measures, documents, None, None, PARAMS)
    with pytest.raises(JucuoError, match="无名局"):
        changes_over_years("无名局", documents, measures, pairs)
