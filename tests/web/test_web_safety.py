"""Hosts, tokens, forgery, sizes, problems, and the workspace without tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from web_forms import csrf_of

from pipeline.cli.main import cli
from pipeline.errors import JucuoError
from pipeline.settings import Settings
from pipeline.web.app import create_app
from pipeline.web.config import WebConfig
from pipeline.web.routes.entrance import safe_target
from pipeline.workspace import Workspace

TOKEN = "a-token-of-enough-characters"  # noqa: S105 - the test's own


@pytest.fixture
def guarded(shared_workspace: Workspace, settings: Settings) -> TestClient:
    return TestClient(create_app(WebConfig(shared_workspace, settings, token=TOKEN)), raise_server_exceptions=False)


def test_an_unknown_host_is_turned_away(client: TestClient) -> None:
    answer = client.get("/api/overview", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/api/overview", headers={"host": "localhost:8000"}).status_code == 200
    assert client.get("/api/overview", headers={"host": "[::1]:8000"}).status_code == 200


def test_without_the_token_nothing_is_shown(guarded: TestClient) -> None:
    for url in ("/", "/search", "/api/overview", "/export", "/docs", "/api/openapi.json", "/review"):
        assert guarded.get(url).status_code == 401
    assert guarded.get("/api/overview", headers={"authorization": "Bearer wrong-token-of-enough"}).status_code == 401
    assert guarded.get("/api/overview", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_login_form_lets_a_browser_in(guarded: TestClient) -> None:
    csrf = csrf_of(guarded.get("/login").text)
    wrong = guarded.post("/login", data={"token": "no", "csrf": csrf})
    assert wrong.status_code == 401
    right = guarded.post("/login", data={"token": TOKEN, "csrf": csrf, "next": "/search?q=x"}, follow_redirects=False)
    assert right.headers["location"] == "/search?q=x"
    assert "httponly" in right.headers["set-cookie"].lower()
    assert TOKEN not in right.headers["set-cookie"]
    assert guarded.get("/").status_code == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nb"]
)
def test_login_leads_nowhere_else(target: str) -> None:
    assert safe_target(target) == "/"


@pytest.mark.parametrize(
    "url", ["/review/name", "/review/undo", "/review/decide", "/review/bulk", "/review/write", "/review/import"]
)
def test_forms_without_our_token_are_refused(client: TestClient, url: str) -> None:
    data = {
        "name": "甲",
        "key": "12345678",
        "measure_id": "x/1",
        "action": "skip",
        "base": "0",
        "expected": "x",
        "csrf": "0" * 64,
    }
    files = {"file": ("a.csv", b"x")} if url.endswith("import") else None
    assert client.post(url, data=data, files=files).status_code == 403


def test_other_sites_cannot_post(client: TestClient) -> None:
    body = {"measure_id": "x/1", "reviewer": "a", "action": "skip", "key": "12345678", "base": 0}
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/api/review/decisions", json=body, headers=headers).status_code == 403
    plain = client.post("/api/review/decisions", content=b"{}", headers={"content-type": "text/plain"})
    assert plain.status_code in (415, 422)


def test_large_bodies_are_refused(shared_workspace: Workspace, settings: Settings) -> None:
    small = TestClient(create_app(WebConfig(shared_workspace, settings, max_body=1000)), raise_server_exceptions=False)
    assert small.post("/review/name", data={"name": "x" * 5000}).status_code == 413

    def chunks() -> object:
        yield from (b"x" * 600 for _ in range(4))

    unannounced = small.post("/api/review/decisions", content=chunks(), headers={"content-type": "application/json"})
    assert unannounced.status_code in (400, 413)
    assert small.get("/search?q=" + "a" * 40_000).status_code == 413


def test_errors_under_api_are_problems(client: TestClient) -> None:
    for url, status in (
        ("/api/measure/x/1", 404),
        ("/api/search?year=abc", 422),
        ("/api/nothing", 404),
        ("/api/search?after=1", 422),
    ):
        answer = client.get(url)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["status"] == status
        assert body["title"]
        assert body["instance"].startswith("/api/")


def test_headers_protect_every_answer(client: TestClient) -> None:
    for url in ("/", "/api/overview", "/static/style.css", "/nowhere", "/api/nowhere"):
        headers = client.get(url).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "same-origin"


def test_an_empty_workspace_gets_pages_that_say_what_to_run(tmp_path: Path, settings: Settings) -> None:
    empty = TestClient(create_app(WebConfig(Workspace(tmp_path), settings)), raise_server_exceptions=False)
    for url in (
        "/",
        "/search",
        "/measure/a/1",
        "/documents",
        "/document/a",
        "/families",
        "/compare?a=x&b=y",
        "/review",
        "/export",
    ):
        answer = empty.get(url)
        assert answer.status_code == 503, url
        assert "jucuo run" in answer.text
        assert 'lang="zh-Hans"' in answer.text
    problem = empty.get("/api/search").json()
    assert problem["type"] == "urn:jucuo:problem:missing-table"
    assert "jucuo run" in problem["remedy"]


def test_tables_of_later_stages_may_be_missing(own: TestClient, workspace: Workspace) -> None:
    for name in ("assignments", "reuse_pairs", "passages", "families"):
        (workspace.root / "processed" / f"{name}.parquet").unlink()
    (workspace.root / "features/vectors.npy").unlink()
    for url in ("/", "/search?q=教师", "/measure/qinghe-2023-aaaaaa/1.1", "/document/qinghe-2023-aaaaaa"):
        assert own.get(url).status_code == 200, url
    assert own.get("/families").status_code == 503


def test_a_broken_table_is_named_not_raised(own: TestClient, workspace: Workspace) -> None:
    (workspace.root / "interim/measures.parquet").write_bytes(b"not parquet")
    answer = own.get("/api/search")
    assert answer.status_code == 503
    assert "measures.parquet" in answer.json()["detail"]


def test_serve_asks_for_a_token_before_opening_to_others(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["serve", "--host", "0.0.0.0", "--workspace", str(tmp_path)])  # noqa: S104
    assert isinstance(result.exception, JucuoError)
    assert "--token" in result.exception.remedy
    short = CliRunner().invoke(cli, ["serve", "--token", "short", "--workspace", str(tmp_path)])
    assert isinstance(short.exception, JucuoError)


def test_openapi_describes_every_api_address(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    for path in (
        "/api/search",
        "/api/measure/{measure_id}",
        "/api/document/{doc_id}",
        "/api/families",
        "/api/compare",
        "/api/review/decisions",
    ):
        assert path in paths
        assert path in client.get("/docs").text
    problems = paths["/api/search"]["get"]["responses"]["422"]["content"]
    assert "application/problem+json" in problems


def test_start_up_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    heavy = ("torch", "sentence_transformers", "sklearn", "jieba", "alembic", "scipy")
    code = f"import sys, pipeline.web.app, pipeline.cli.serve; print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    assert not re.search("warning", found.stderr, re.IGNORECASE)


@pytest.mark.parametrize(
    ("url", "status", "sentence"),
    [
        ("/measure/no/1", 404, "编号有误"),
        ("/search?year=abc", 422, "筛选条件无法使用"),
        ("/search?q=" + "a" * 40_000, 413, "过长"),
    ],
)
def test_error_pages_speak_the_readers_language(client: TestClient, url: str, status: int, sentence: str) -> None:
    found = client.get(url)
    assert found.status_code == status
    assert sentence in found.text
    assert sentence not in client.get(f"{url}{'&' if '?' in url else '?'}lang=en").text


def test_empty_queues_and_lists_say_why(own: TestClient) -> None:
    csrf = csrf_of(own.get("/review").text)
    own.post("/review/name", data={"name": "甲", "csrf": csrf})
    for queue, why in (("conflicts", "没有未裁定的分歧"), ("changed", "没有重新训练过"), ("flagged", "没有标疑")):
        assert why in own.get(f"/review/next?queue={queue}").text
    assert "没有符合条件的组" in own.get("/families?min_issuers=9").text
