"""Round trips through Label Studio, CSV and XLSX; conflicts are reported and left alone."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schemas
from pipeline.errors import JucuoError
from pipeline.review import exchange, spreadsheets
from pipeline.review.exchange import Item, Proposal
from pipeline.review.incoming import plan
from pipeline.review.models import Labels
from pipeline.review.queues import Desk
from pipeline.review.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from review_helpers import codebook, decide

BOOK = codebook()
ITEMS = [
    Item(
        "m/1",
        0,
        "青禾市教育局",
        2024,
        "标题",
        "=1+1 正文，含“引号”与\n换行",
        Labels(("alpha", "beta"), "beta"),
        {"alpha": 0.6, "beta": 0.9},
    ),
    Item("m/2", 3, "", None, "", "另一条", Labels(), {}, Labels(("gamma",), "gamma"), "甲"),
    Item("m/3", 1, "局", 2023, "看过", "无类别的一条", Labels(), {}, Labels(), "甲"),
]


def desk() -> Desk:
    wide = pl.DataFrame({"measure_id": [i.measure_id for i in ITEMS], "text": [i.text for i in ITEMS]})
    return Desk.of(wide, schemas.ASSIGNMENTS.empty(), BOOK.name)


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_a_table_comes_back_as_it_went(fmt: str) -> None:
    found = (
        spreadsheets.from_csv(spreadsheets.to_csv(ITEMS), BOOK)
        if fmt == "csv"
        else spreadsheets.from_xlsx(spreadsheets.to_xlsx(ITEMS), BOOK)
    )
    assert found.problems == []
    assert found.proposals == [Proposal("m/2", Labels(("gamma",), "gamma"), "", 3), Proposal("m/3", Labels(), "", 1)]


def test_a_table_holds_no_formula() -> None:
    from openpyxl import load_workbook

    assert "'=1+1" in spreadsheets.to_csv(ITEMS)
    book = load_workbook(io.BytesIO(spreadsheets.to_xlsx(ITEMS)))
    assert not [c for row in book.active.iter_rows() for c in row if c.data_type == "f"]


def test_filled_in_cells_are_read_with_any_usual_separator() -> None:
    for text in ("alpha;beta", "alpha；beta", "alpha, beta", "alpha、beta"):
        found = spreadsheets.from_rows(
            [["measure_id", "version", "labels", "primary"], ["m/1", "0.0", text, "beta"]], BOOK
        )
        assert found.proposals == [Proposal("m/1", Labels(("alpha", "beta"), "beta"), "", 0)]


def test_every_bad_row_is_named() -> None:
    rows = [
        ["measure_id", "labels", "primary"],
        ["m/1", "alpa", ""],
        ["m/2", "alpha;beta", ""],
        ["m/3", "alpha", "beta"],
        ["m/4", "", ""],
        ["m/5", "alpha", ""],
    ]
    found = spreadsheets.from_rows(rows, BOOK)
    assert [p.measure_id for p in found.proposals] == ["m/5"]
    assert len(found.problems) == 3
    assert "row 2 (m/1)" in found.problems[0]
    assert "did you mean `alpha`" in found.problems[0]


def test_label_studio_gets_predictions_and_gives_annotations() -> None:
    tasks = json.loads(exchange.to_label_studio(ITEMS, "m1"))
    assert tasks[0]["data"]["measure_id"] == "m/1"
    assert tasks[0]["predictions"][0]["score"] == 0.6
    assert tasks[0]["predictions"][0]["result"][1]["value"] == {"choices": ["beta"]}
    tasks[0]["annotations"] = [
        {"completed_by": {"email": "a@b.c"}, "result": tasks[0]["predictions"][0]["result"]},
        {"completed_by": 7, "was_cancelled": True, "result": []},
        {"completed_by": 7, "result": [{"from_name": "labels", "value": {"choices": ["gamma"]}}]},
    ]
    found = exchange.from_label_studio(json.dumps(tasks), BOOK)
    assert found.problems == []
    assert found.proposals[:2] == [
        Proposal("m/1", Labels(("alpha", "beta"), "beta"), "a@b.c", 0),
        Proposal("m/1", Labels(("gamma",), "gamma"), "label-studio-7", 0),
    ]
    config = ET.fromstring(exchange.label_config(BOOK))  # noqa: S314 - we made it
    assert [c.get("value") for c in config.findall("./Choices[@name='labels']/Choice")] == BOOK.ids


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "[1]",
        '[{"data": 3}]',
        '[{"data": {"measure_id": "m/1"}, "annotations": [{"result": [3, {"value": null}]}]}]',
    ],
)
def test_strange_json_is_no_crash(text: str) -> None:
    with contextlib.suppress(JucuoError):
        assert exchange.from_label_studio(text, BOOK).proposals in ([], [Proposal("m/1", Labels())])


@given(st.binary(max_size=200))
def test_strange_workbooks_are_no_crash(data: bytes) -> None:
    with pytest.raises(JucuoError):
        spreadsheets.from_xlsx(data, BOOK)


def test_import_records_the_new_counts_the_same_and_reports_conflicts(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'd.db'}")
    decide(store, "m/1", "甲", "alpha")
    decide(store, "m/2", "甲", "beta")
    proposals = [
        Proposal("m/1", Labels(("alpha",), "alpha"), "乙"),
        Proposal("m/2", Labels(("gamma",), "gamma"), "乙"),
        Proposal("m/3", Labels(("gamma",), "gamma"), "乙", 0),
        Proposal("m/3", Labels(("beta",), "beta"), "丙", 0),
        Proposal("zz/9", Labels(), "乙"),
    ]
    known = {"m/1", "m/2", "m/3"}
    found = plan(proposals, store.fold(), desk(), known, "某", "f" * 64)
    assert (found.same, [c.proposal.measure_id for c in found.clashes], found.unknown) == (1, ["m/2"], ["zz/9"])
    assert found.clashes[0].held == Labels(("beta",), "beta")
    assert len(store.append(found.drafts)) == 2
    assert store.fold().of("m/3").status == "conflict", "two annotators of one file disagree"
    count = store.fold().last_id
    store.append(found.drafts)
    assert store.fold().last_id == count, "the same file again records nothing"


def test_a_proposal_on_an_old_version_is_a_conflict(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'd.db'}")
    decide(store, "m/1", "甲", action="flag", reason="other")
    found = plan([Proposal("m/1", Labels(("alpha",), "alpha"), "乙", 0)], store.fold(), desk(), {"m/1"}, "某", "f" * 64)
    assert found.drafts == []
    assert found.clashes[0].version == 1
