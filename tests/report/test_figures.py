from __future__ import annotations

from itertools import pairwise

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.differences import differences
from pipeline.report.figures import categories_by_issuer, shared_between_issuers

DOCUMENTS = pl.DataFrame(
    {
        "doc_id": ["a", "b", "c"],
        "issuer": ["甲市教育局", None, "甲市教育局"],
        "plan_year": [2020, 2021, 2021],
        "text": ["x" * 100, "y" * 50, "z" * 100],
    }
)


SHARES = pl.DataFrame(
    {
        "issuer_a": ["甲市教育局", "乙市教育局"],
        "issuer_b": ["乙市教育局", "甲市教育局"],
        "distinctive_share": [0.10, 0.30],
        "raw_share": [0.2, 0.5],
    }
)


def test_a_share_is_read_from_the_row_issuer() -> None:
    shared = shared_between_issuers(SHARES)
    cells = dict(zip(shared.columns, dict(shared.rows)["乙市教育局"], strict=True))
    assert (cells["甲市教育局"].share, cells["甲市教育局"].label) == (0.30, "30%")
    assert "50.0%" in cells["甲市教育局"].title
    assert cells["乙市教育局"].label == ""


def test_the_issuers_that_share_most_are_shown_and_the_others_counted() -> None:
    shared = shared_between_issuers(SHARES, limit=1)
    assert (shared.columns, shared.omitted) == (["乙市教育局"], 1)


def test_no_shares_make_an_empty_map() -> None:
    assert shared_between_issuers(SHARES.clear()).empty


def test_every_measure_falls_into_one_column_of_its_issuer() -> None:
    measures = pl.DataFrame({"measure_id": ["a/1", "a/2", "b/1"], "doc_id": ["a", "a", "b"]})
    assignments = pl.DataFrame(
        {"measure_id": ["a/1", "b/1"], "category": ["preschool", "publicity"], "primary": [True, True]}
    )
    heat = categories_by_issuer(DOCUMENTS, measures, assignments, {"preschool": "学前教育", "publicity": "宣传"})
    assert heat.columns == ["学前教育", "宣传", "无类别"]
    for _, cells in heat.rows:
        assert sum(cell.share for cell in cells) == 1
    assert [cell.label for cell in dict(heat.rows)["甲市教育局（2）"]] == ["1", "", "1"]


def test_rows_beyond_the_limit_are_counted() -> None:
    measures = pl.DataFrame({"measure_id": ["a/1", "b/1"], "doc_id": ["a", "b"]})
    none = pl.DataFrame(schema={"measure_id": pl.String, "category": pl.String, "primary": pl.Boolean})
    assert categories_by_issuer(DOCUMENTS, measures, none, {"x": "类"}, limit=1).omitted == 1


def test_changed_numbers_and_names_are_marked() -> None:
    pieces = differences("加强学校建设，新建3所幼儿园。", "加强全市学校建设，新建15所幼儿园。")
    assert [piece.text for piece in pieces if piece.changed] == ["全市", "15"]


@given(st.text("甲乙丙丁，。1", max_size=30), st.text("甲乙丙丁，。1", max_size=30))
def test_pieces_rebuild_the_variant_and_alternate(reference: str, variant: str) -> None:
    pieces = differences(reference, variant)
    assert "".join(piece.text for piece in pieces) == variant
    assert all(a.changed != b.changed for a, b in pairwise(pieces))
    if reference == variant and len(variant) > 1:
        assert not any(piece.changed for piece in pieces)
