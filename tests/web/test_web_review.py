"""Reviewing in pages and over the API: decide, conflict, undo, bulk, blind sample, exchange."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from web_forms import csrf_of

from pipeline.classification.labels import parse
from pipeline.review.queues import in_audit
from pipeline.settings import Settings
from pipeline.stages.labels import read_labels
from pipeline.web.app import create_app
from pipeline.web.config import WebConfig
from pipeline.workspace import Workspace

KEYS = iter(range(10**6))
TEACHERS = "qinghe-2023-aaaaaa/1.1"


def enter(client: TestClient, name: str) -> str:
    """Give a name; returns the form token."""
    csrf = csrf_of(client.get("/review").text)
    assert client.post("/review/name", data={"name": name, "csrf": csrf}).status_code == 200
    return csrf


def fields(html: str) -> dict[str, Any]:
    """The hidden fields of the decision form."""
    form = html[html.index('action="/review/decide"') :]
    return dict(re.findall(r'name="(csrf|key|measure_id|base|queue|back)" value="([^"]*)"', form)[:6])


def post(client: TestClient, measure: str, reviewer: str = "甲", **more: Any) -> Any:
    body = {
        "measure_id": measure,
        "reviewer": reviewer,
        "action": "correct",
        "key": f"key-{next(KEYS):08d}",
        "base": 0,
        **more,
    }
    return client.post("/api/review/decisions", json=body)


def another(client: TestClient) -> TestClient:
    """A second browser at the same server."""
    return TestClient(client.app, raise_server_exceptions=False)


def test_a_reviewer_goes_through_the_queue(own: TestClient) -> None:
    enter(own, "王芳")
    page = own.get("/review/next?queue=doubtful")
    seen = []
    for _ in range(3):
        form = fields(page.text)
        seen.append(form["measure_id"])
        page = own.post("/review/decide", data={**form, "action": "accept"})
        assert page.status_code == 200
        assert f"/review/measure/{form['measure_id']}" in page.text, "what was recorded is named, with a way back"
    assert len(set(seen)) == 3
    progress = own.get("/api/review/progress").json()
    assert progress["settled"] == 3
    assert progress["reviewers"] == {"王芳": 3}
    records = own.get("/api/review/decisions").json()["decisions"]
    assert [r["measure_id"] for r in records] == seen
    assert records[0]["codebook"] == "education-zh-1.0"
    assert records[0]["model_digest"] == "digest-one"
    assert records[0]["before"]["labels"] == records[0]["labels"]


def test_saving_what_was_suggested_is_accepting_it(own: TestClient) -> None:
    assert post(own, TEACHERS, labels=["teacher_workforce"]).json()["action"] == "accept"
    assert (
        post(own, TEACHERS, base=1, labels=["publicity", "teacher_workforce"], primary="publicity").json()["action"]
        == "correct"
    )


def test_undo_and_redo_in_pages(own: TestClient) -> None:
    csrf = enter(own, "王芳")
    form = fields(own.get(f"/review/measure/{TEACHERS}").text)
    own.post("/review/decide", data={**form, "action": "correct", "labels": ["publicity"], "primary": "publicity"})
    back = own.post("/review/undo", data={"csrf": csrf, "key": "undo-key-1"})
    assert TEACHERS in str(back.url)
    assert own.get("/api/review/progress").json()["settled"] == 0
    own.post("/review/redo", data={"csrf": csrf, "key": "redo-key-1"})
    assert own.get("/api/review/progress").json()["settled"] == 1


def test_a_conflict_shows_both_versions_and_loses_neither(own: TestClient) -> None:
    enter(own, "甲")
    form = fields(own.get(f"/review/measure/{TEACHERS}").text)
    second = another(own)
    enter(second, "乙")
    other = fields(second.get(f"/review/measure/{TEACHERS}").text)
    second.post("/review/decide", data={**other, "action": "correct", "labels": ["publicity"], "primary": "publicity"})
    page = own.post(
        "/review/decide",
        data={**form, "action": "correct", "labels": ["preschool"], "primary": "preschool", "comment": "我的理由"},
    )
    assert page.status_code == 409
    for expected in ("宣传舆论", "学前教育", "乙", "我的理由"):
        assert expected in page.text
    again = dict(
        re.findall(
            r'name="(csrf|key|measure_id|base|queue|back|action|primary|comment)" value="([^"]*)"',
            page.text.split("</form>")[0],
        )
    )
    labels = re.findall(r'name="labels" value="([^"]*)"', page.text.split("</form>")[0])
    assert own.post("/review/decide", data={**again, "labels": labels}).status_code == 200
    assert own.get("/api/review/progress").json()["counts"]["conflict"] == 1
    ruling = own.get(f"/review/measure/{TEACHERS}?queue=conflicts").text
    assert 'value="adjudicate"' in ruling
    form = fields(ruling)
    own.post(
        "/review/decide",
        data={**form, "action": "adjudicate", "labels": ["publicity"], "primary": "publicity", "cause": "boundary"},
    )
    assert own.get("/api/review/progress").json()["counts"]["adjudicated"] == 1


def test_the_api_answers_a_conflict_with_both(own: TestClient) -> None:
    post(own, TEACHERS, "甲", labels=["publicity"])
    answer = post(own, TEACHERS, "乙", labels=["preschool"])
    assert answer.status_code == 409
    body = answer.json()
    assert body["version"] == 1
    assert body["mine"]["labels"] == ["preschool"]
    assert body["theirs"][0]["labels"] == ["publicity"]


def test_the_same_request_twice_is_recorded_once(own: TestClient) -> None:
    one = post(own, TEACHERS, labels=["publicity"], key="same-key-once").json()
    two = post(own, TEACHERS, labels=["publicity"], key="same-key-once").json()
    assert one == two
    assert len(own.get("/api/review/decisions").json()["decisions"]) == 1


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"labels": ["nonsense"]}, "nonsense"),
        ({"labels": ["publicity", "preschool"]}, "primary"),
        ({"action": "flag"}, "reason"),
        ({"labels": ["publicity"], "primary": "preschool"}, "primary"),
        ({"key": "x"}, "key"),
        ({"reviewer": ""}, "reviewer"),
        ({"labels": [], "primary": "", "extra": 1}, "extra"),
    ],
)
def test_decisions_that_cannot_be_are_refused_with_the_reason(own: TestClient, more: dict[str, Any], word: str) -> None:
    answer = post(own, TEACHERS, **more)
    assert answer.status_code == 422
    assert word in answer.text
    assert own.get("/api/review/decisions").json()["decisions"] == []


def test_no_category_is_a_decision_too(own: TestClient) -> None:
    assert post(own, TEACHERS, labels=[]).json()["labels"] == []
    assert own.get("/api/review/progress").json()["settled"] == 1


def test_two_reviewers_are_not_given_the_same_measure(own: TestClient) -> None:
    enter(own, "甲")
    second = another(own)
    enter(second, "乙")
    assert own.get("/review/next").url.path != second.get("/review/next").url.path


def test_the_blind_sample_hides_what_the_model_says(own: TestClient, workspace: Workspace) -> None:
    sample = [name for name in workspace.read("measures")["measure_id"] if in_audit(name)]
    assert sample, "the fixture has no measure in the sample; choose other ids"
    enter(own, "甲")
    html = own.get(f"/review/measure/{sample[0]}?queue=audit").text
    assert 'value="accept"' not in html
    assert not re.search(r'name="labels"[^>]* checked', html)
    assert "0.9" not in html[html.index("deciding") :]
    item = own.get("/api/review/queue/audit").json()["items"][0]
    assert item["suggested"] is None
    assert item["measure"]["categories"] == []


def test_bulk_takes_exactly_what_was_previewed_and_one_undo_takes_it_back(own: TestClient) -> None:
    csrf = enter(own, "甲")
    page = own.get("/review/bulk?issuer=青禾市教育局").text
    taken = re.findall(r'name="(csrf|key|expected|query|set_to)" value="([^"]*)"', page)
    form = {name: value.replace("&amp;", "&") for name, value in taken}
    count = int(re.search(r"将记下 (\d+) 条", page).group(1))  # type: ignore[union-attr]
    assert count > 3
    post(own, TEACHERS, "乙", labels=["publicity"])
    late = own.post("/review/bulk", data=form)
    assert late.status_code == 409, "somebody decided after the preview"
    page = own.get("/review/bulk?issuer=青禾市教育局").text
    form = {
        n: v.replace("&amp;", "&")
        for n, v in re.findall(r'name="(csrf|key|expected|query|set_to)" value="([^"]*)"', page)
    }
    assert own.post("/review/bulk", data=form).status_code == 200
    assert own.post("/review/bulk", data=form).status_code == 200, "sent again it does nothing"
    assert own.get("/api/review/progress").json()["reviewers"]["甲"] == count - 1
    own.post("/review/undo", data={"csrf": csrf, "key": "bulk-undo-1"})
    assert own.get("/api/review/progress").json()["reviewers"] == {"乙": 1}


def test_labels_written_are_what_training_reads_and_a_new_model_shows_what_changed(
    own: TestClient, workspace: Workspace, settings: Settings
) -> None:
    import polars as pl

    csrf = enter(own, "甲")
    post(own, TEACHERS, labels=["publicity"])
    assert "1" in own.post("/review/write", data={"csrf": csrf}).text
    labels = read_labels(workspace, settings, own.app.state.library.codebook, only="reviewed")  # type: ignore[attr-defined]
    assert [(label.measure_id, label.primary) for label in labels] == [(TEACHERS, "publicity")]
    table = workspace.read("assignments")
    turned = pl.when(pl.col("category") == "safety_stability").then(pl.lit("rule_of_law")).otherwise(pl.col("category"))
    workspace.write("assignments", table.with_columns(category=turned, model_digest=pl.lit("digest-two")))
    changed = own.get("/api/review/queue/changed").json()
    assert {i["measure"]["measure_id"] for i in changed["items"]} == {
        "baishan-2024-cccccc/1.3",
        "qinghe-2023-aaaaaa/2.3",
    }


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "label-studio"])
def test_export_filled_in_and_imported_again(own: TestClient, fmt: str) -> None:
    csrf = enter(own, "甲")
    post(own, TEACHERS, labels=["publicity"])
    body = own.get(f"/review/export?format={fmt}&issuer=青禾市教育局").content
    name = f"x.{'json' if fmt == 'label-studio' else fmt}"
    if fmt == "csv":
        body = body.replace(b",teacher_ethics,,,", b",teacher_ethics,teacher_ethics,,")
    page = own.post("/review/import", data={"csrf": csrf}, files={"file": (name, body)})
    assert page.status_code == 200
    assert "预览" in page.text
    done = own.post("/review/import", data={"csrf": csrf, "confirm": "1"}, files={"file": (name, body)})
    assert re.search(rf"已记下 {1 if fmt == 'csv' else 0} 条", done.text)
    assert "相同 1 条" in done.text


def test_unreadable_uploads_are_refused_with_a_reason(own: TestClient) -> None:
    csrf = enter(own, "甲")
    for name, body in (
        ("a.xlsx", b"PK nonsense"),
        ("a.json", b"{}"),
        ("a.csv", b"a,b\n1,2\n"),
        ("a.csv", b"\xff\xff\xff"),
    ):
        answer = own.post("/review/import", data={"csrf": csrf}, files={"file": (name, body)})
        assert answer.status_code == 422, name


def test_excel_csv_in_gb18030_is_read(own: TestClient) -> None:
    csrf = enter(own, "甲")
    body = f"measure_id,labels,primary,comment\n{TEACHERS},publicity,publicity,备注在此\n".encode("gb18030")
    own.post("/review/import", data={"csrf": csrf, "confirm": "1"}, files={"file": ("a.csv", body)})
    assert own.get("/api/review/decisions").json()["decisions"][0]["comment"] == "备注在此"


def test_decisions_survive_a_restart(own: TestClient, workspace: Workspace, settings: Settings) -> None:
    post(own, TEACHERS, labels=["publicity"])
    again = TestClient(create_app(WebConfig(workspace, settings)))
    assert again.get("/api/review/progress").json()["settled"] == 1
    rows = [json.loads(line) for line in again.get("/review/export?format=jsonl").text.splitlines()]
    assert parse(rows, again.app.state.library.codebook, "x")[0].labels == ["publicity"]  # type: ignore[attr-defined]


def test_a_name_cannot_be_forged_or_misused(own: TestClient) -> None:
    own.cookies.set("jucuo_reviewer", "5p2O5Zub.0000")
    assert own.get("/review/next").status_code == 403
    csrf = csrf_of(own.get("/review").text)
    for bad in ("", " ", "<b>x</b>", "x" * 61):
        assert own.post("/review/name", data={"name": bad, "csrf": csrf}).status_code == 422


def test_the_analyst_label_is_told_from_the_models(own: TestClient, workspace: Workspace) -> None:
    import polars as pl

    table = workspace.read("assignments")
    mine = pl.col("measure_id") == TEACHERS
    workspace.write(
        "assignments", table.with_columns(source=pl.when(mine).then(pl.lit("analyst")).otherwise(pl.col("source")))
    )
    assert "badge human" in own.get(f"/measure/{TEACHERS}").text
    assert "badge human" not in own.get("/measure/qinghe-2023-aaaaaa/2.3").text


@pytest.mark.parametrize("fmt", ["csv", "label-studio"])
def test_files_keep_the_blind_sample_blind(own: TestClient, workspace: Workspace, fmt: str) -> None:
    from pipeline.review.exchange import Item

    review = own.app.state.review  # type: ignore[attr-defined]
    sample = [name for name in workspace.read("measures")["measure_id"] if in_audit(name)]
    items: list[Item] = review.outgoing([*sample, TEACHERS])
    assert [item.suggested is None for item in items] == [*[True] * len(sample), in_audit(TEACHERS)]
    body = own.get(f"/review/export?format={fmt}&queue=audit").text
    assert not re.search(r'"choices"|,(teacher_|publicity|student_aid|safety_|preschool)', body)
