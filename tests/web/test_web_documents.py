"""A long document in pages: nothing is lost between them, and every place is found."""

from __future__ import annotations

import re

import polars as pl
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from pipeline.web.queries import document
from pipeline.web.queries.document import BLOCK_BYTES, Stretch, blocks, sheets, stretches
from pipeline.web.queries.marking import Mark, runs
from pipeline.web.routes.documents import Place
from pipeline.workspace import Workspace

DOC = "qinghe-2023-aaaaaa"


@st.composite
def cuts(draw: st.DrawFn) -> list[Stretch]:
    found, place = [], 0
    for length in draw(st.lists(st.integers(1, 400), max_size=30)):
        found.append(Stretch(place, place + length, place, place + length))
        place += length
    return found


@given(found=cuts(), changes=st.lists(st.integers(0, 5000), max_size=40), budget=st.integers(1, 5000))
def test_sheets_hold_every_stretch_once_in_order(found: list[Stretch], changes: list[int], budget: int) -> None:
    pages = sheets(found, [{"source_start": at} for at in changes], budget)
    assert [one for page in pages for one in page] == found
    assert len(pages) == 1 or all(pages)
    assert all(len(page) == 1 or BLOCK_BYTES * len(page) <= budget for page in pages)


@given(text=st.text("学校abc", max_size=60), data=st.data())
def test_runs_lie_under_exactly_the_marks_around_them(text: str, data: st.DataObject) -> None:
    spans = st.tuples(st.integers(-3, 63), st.integers(-3, 63), st.sampled_from("xyz"))
    marks = [Mark(min(a, b), max(a, b), kind) for a, b, kind in data.draw(st.lists(spans, max_size=12))]
    place = 0
    for run in runs(text, marks):
        for at in range(place, place + len(run.text)):
            assert set(run.kinds) == {m.kind for m in marks if m.start <= at < m.end}
        place += len(run.text)
    assert place == len(text)


@pytest.mark.parametrize("with_source", [True, False])
def test_pages_joined_are_the_whole_document(shared_workspace: Workspace, *, with_source: bool) -> None:
    row = shared_workspace.read("documents").filter(pl.col("doc_id") == DOC).row(0, named=True)
    measures = shared_workspace.read("measures").filter(pl.col("doc_id") == DOC)
    every = stretches(row, measures, [], with_source=with_source)
    pages = sheets(every, row["changes"] if with_source else [], budget=400)
    assert len(pages) > 2
    joined = [b for page in pages for b in blocks(row, measures, page, with_source=with_source)]
    assert joined == blocks(row, measures, every, with_source=with_source)
    assert "".join(r.text for b in joined for r in b.clean) == row["text"].replace("\n", "")
    if with_source:
        shown = "".join(r.text for b in joined for r in b.source)
        assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", row["source_text"])
        assert sum("changed" in r.kinds for b in joined for r in b.source) == row["source_text"].count("學")
    assert sorted(a for b in joined for a in b.anchors) == sorted(measures["measure_id"])


def test_long_documents_come_in_pages_that_lead_everywhere(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document.sheets, "__defaults__", (700,))
    whole = client.get(f"/document/{DOC}?view=source&page=all").text
    first = client.get(f"/document/{DOC}?view=source").text
    n = max(int(found) for found in re.findall(r"view=source&amp;page=(\d+)", first))
    assert n > 1
    texts = [client.get(f"/document/{DOC}?view=source&page={i}").text for i in range(1, n + 1)]
    anchors = re.findall(r'id="m(\d+)"', whole)
    assert [a for text in texts for a in re.findall(r'id="m(\d+)"', text)] == anchors == ["1", "2", "3", "4"]
    for ordinal in anchors:
        assert f'id="m{ordinal}"' in client.get(f"/document/{DOC}?view=source&at={ordinal}").text
    for odd in ("0", "99", "x", "-1"):
        assert client.get(f"/document/{DOC}?view=source&page={odd}").status_code == 200
    assert client.get(f"/document/{DOC}?view=source&at=77").status_code == 200


def test_the_list_of_changes_comes_in_pages(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.web.routes.documents.CHANGES", 2)
    every = client.get(f"/document/{DOC}?view=changes&page=all").text.count("<tr><td>")
    pages = [client.get(f"/document/{DOC}?view=changes&page={i}").text for i in range(1, -(-every // 2) + 1)]
    assert sum(text.count("<tr><td>") for text in pages) == every > 2


def test_a_page_that_is_not_there_is_the_nearest() -> None:
    assert Place.of("", 3).number == 1
    assert Place.of("", 3, otherwise=2).number == 2
    assert Place.of("9", 3).number == 3
    assert Place.of("0", 3).number == 1
    assert Place.of("all", 3).number == 0
