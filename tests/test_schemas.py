from __future__ import annotations

import polars as pl
import pytest

from pipeline import schemas
from pipeline.schemas import FAMILIES, REUSE_PAIRS, TABLES, TableError, check, dangling


def pair(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "a": "x-2020-1/1",
        "b": "y-2021-2/3",
        "relation": "near",
        "edit_similarity": 0.9,
        "containment_a": 0.9,
        "containment_b": 0.9,
        "weighted_jaccard": 0.8,
        "cosine": 0.7,
        "distinctive": 0.5,
        "same_issuer": False,
        "years_apart": 1,
    }
    return row | changes


def pairs(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=REUSE_PAIRS.schema, orient="row")


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_an_empty_table_is_valid(table: schemas.Table) -> None:
    assert check(table.empty(), table).height == 0


def test_a_good_row_passes_unchanged() -> None:
    frame = pairs(pair())
    assert check(frame, REUSE_PAIRS).equals(frame)


def test_every_violation_is_named_at_once_with_table_column_row_and_value() -> None:
    bad = pairs(pair(relation="copied"), pair(a="z/1", edit_similarity=1.5), pair(a="w/1", cosine=float("nan")))
    with pytest.raises(TableError) as caught:
        check(bad, REUSE_PAIRS)
    message = str(caught.value)
    assert "reuse_pairs.relation" in message
    assert "'copied'" in message
    assert "x-2020-1/1+y-2021-2/3" in message
    assert "edit_similarity" in message
    assert "1.5" in message
    assert "cosine" in message
    assert len(caught.value.violations) == 3


def test_missing_columns_and_wrong_types_are_named() -> None:
    with pytest.raises(TableError, match=r"families\.is_medoid: column is missing"):
        check(FAMILIES.empty().drop("is_medoid"), FAMILIES)
    wrong = FAMILIES.empty().with_columns(pl.col("n_members").cast(pl.Float64))
    with pytest.raises(TableError, match="type is Float64, expected Int64"):
        check(wrong, FAMILIES)


def test_rows_that_share_a_key_and_row_rules_are_found() -> None:
    with pytest.raises(TableError, match="2 rows share a key"):
        check(pairs(pair(), pair()), REUSE_PAIRS)
    with pytest.raises(TableError, match="a measure with itself"):
        check(pairs(pair(b="x-2020-1/1")), REUSE_PAIRS)


def test_extra_columns_are_allowed() -> None:
    frame = pairs(pair()).with_columns(note=pl.lit("seen"))
    assert check(frame, REUSE_PAIRS).columns[-1] == "note"


def test_references_to_nothing_are_found_and_nulls_are_not() -> None:
    child = pl.DataFrame({"passage_id": ["p", "q", "r"], "a_measure": ["m1", None, "gone"]})
    parent = pl.DataFrame({"measure_id": ["m1"]})
    found = dangling(child, "a_measure", parent, "measure_id", schemas.PASSAGES)
    assert [violation.count for violation in found] == [1]
    assert "gone" in str(found[0])
