"""Every page shows what it should, in both languages, and treats document text as text."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

FIRST = "qinghe-2023-aaaaaa/1.1"
PAGES = [
    "/",
    "/search",
    "/search?q=教师",
    f"/search?like={FIRST}",
    f"/measure/{FIRST}",
    "/documents",
    "/document/qinghe-2023-aaaaaa",
    "/document/qinghe-2023-aaaaaa?view=source",
    "/document/qinghe-2023-aaaaaa?view=changes",
    "/families",
    "/family/fam-1",
    "/compare",
    "/compare?a=青禾市教育局&b=白杉县教育局",
    "/docs",
    "/login",
    "/review",
    f"/review/measure/{FIRST}",
    "/review/bulk?kind=plan",
]


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_answers_in_both_languages(client: TestClient, url: str, lang: str) -> None:
    answer = client.get(url + ("&" if "?" in url else "?") + f"lang={lang}")
    assert answer.status_code == 200, answer.text[:500]
    assert answer.text.startswith("<!doctype html>")
    assert ('lang="zh-Hans"' if lang == "zh" else '<html lang="en">') in answer.text
    assert len(answer.content) < 150_000


@pytest.mark.parametrize("url", PAGES)
def test_no_page_reaches_outside_or_holds_inline_script(client: TestClient, url: str) -> None:
    answer = client.get(url)
    html = answer.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!testserver)', html)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", html)
    assert not re.findall(r'\son\w+="|\sstyle="', html), "inline handlers and styles are blocked by our own policy"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_script_in_a_document_stays_text(client: TestClient) -> None:
    for url in (
        "/measure/qinghe-2024-bbbbbb/1.2",
        "/document/qinghe-2024-bbbbbb",
        "/document/qinghe-2024-bbbbbb?view=source",
        "/search?q=轮岗",
    ):
        html = client.get(url).text
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html
    assert "<script>alert" not in client.get("/search?q=<script>alert(2)</script>").text


def test_the_chosen_language_is_remembered(own: TestClient) -> None:
    own.get("/?lang=en")
    assert "Overview" in own.get("/").text
    own.get("/?lang=zh")
    assert "总览" in own.get("/").text


def test_overview_says_what_there_is_and_what_was_set_aside(client: TestClient) -> None:
    html = client.get("/").text
    for expected in ("青禾市教育局", "empty.txt", "the file is empty", "2023", "education-zh-1.0"):
        assert expected in html
    assert (
        'href="/search?issuer=%E9%9D%92%E7%A6%BE%E5%B8%82%E6%95%99%E8%82%B2%E5%B1%80&amp;category=teacher_workforce"'
        in html
    )


def test_measure_page_has_everything_about_it(client: TestClient) -> None:
    html = client.get(f"/measure/{FIRST}").text
    assert "教师队伍建设" in html
    assert "0.93" in html
    assert "骨干教师" in html, "the cue words it rests on"
    assert "http://testserver/measure/qinghe-2023-aaaaaa/1.1" in html
    assert "@misc{" in html
    assert "白杉县教育局" in html
    assert "/family/fam-1" in html
    assert re.search(r'<mark class="[^"]*shared', html)
    assert 'rel="next"' in html
    assert 'rel="prev"' not in html


def test_the_value_of_a_target_is_written_out(client: TestClient) -> None:
    assert "6,130,000,000,000.5" in client.get("/measure/qinghe-2023-aaaaaa/2.3").text


def test_targets_and_citations_are_marked_in_the_text(client: TestClient) -> None:
    assert '<mark class="target" title="120名">120名</mark>' in client.get("/measure/qinghe-2023-aaaaaa/2.3").text
    assert "《新时代教师职业行为准则》</mark>" in client.get("/measure/qinghe-2023-aaaaaa/1.2").text


def test_document_shows_changes_beside_the_source(client: TestClient) -> None:
    html = client.get("/document/qinghe-2023-aaaaaa?view=source").text
    assert '<mark class="removed"' in html
    assert ">學</mark>" in html
    assert "首页" in html
    assert 'id="m1"' in html
    assert "chrome" in client.get("/document/qinghe-2023-aaaaaa?view=changes").text


def test_family_marks_where_wordings_differ(client: TestClient) -> None:
    assert '<mark class="differs">三' in client.get("/family/fam-1").text


def test_one_bureau_on_both_sides_is_shown_over_the_years(client: TestClient) -> None:
    bureau = {"a": "青禾市教育局", "b": "青禾市教育局"}
    view = client.get("/api/compare", params=bureau).json()
    assert view["a"] == view["b"], "one bureau has one share with itself"
    changes = view["changes"]
    kept = [c["measure_to"] for c in changes if c["status"] in ("kept", "changed")]
    assert kept == ["qinghe-2024-bbbbbb/1.1"]
    assert {c["status"] for c in changes} >= {"dropped", "added"}
    html = client.get("/compare", params=bureau | {"lang": "en"}).text
    assert "Over the years" in html
    assert "other documents of its own" in html
    assert "2023 → 2024 · kept 1 · changed 0 · dropped 3 · added 3" in html
    assert "/measure/qinghe-2024-bbbbbb/1.1" in html
    other = client.get("/compare", params=bureau | {"b": "白杉县教育局", "lang": "en"}).text
    assert "Over the years" not in other


def test_compare_counts_shared_characters_once(client: TestClient) -> None:
    view = client.get("/api/compare", params={"a": "青禾市教育局", "b": "白杉县教育局"}).json()
    assert view["n_passages"] == 2
    assert view["b"]["shared_chars"] == view["passages"][0]["n_chars"], "both passages lie on the same characters of b"
    assert view["passages"][0]["mine"]["issuer"] == "青禾市教育局"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/measure/nothing/1.1", 404),
        ("/measure/../../etc/passwd", 404),
        ("/document/..%2f..%2fetc", 404),
        ("/family/x", 404),
        ("/compare?a=甲&b=乙", 404),
        ("/search?year=last", 422),
        ("/search?category=nonsense", 422),
        ("/search?kind=dream", 422),
        ("/search?after=zzz", 422),
        ("/nowhere", 404),
        ("/search?q=" + "长" * 2001, 422),
        ("/export?format=exe", 422),
        ("/review/next?queue=doubtful", 403),
    ],
)
def test_wrong_requests_get_a_page_that_says_what_is_wrong(client: TestClient, url: str, status: int) -> None:
    answer = client.get(url)
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert "Traceback" not in answer.text


def test_an_address_of_nothing_is_explained_in_both_languages(client: TestClient) -> None:
    assert "没有这个网址的页面" in client.get("/nowhere").text
    assert "no page has this address" in client.get("/nowhere?lang=en").text
    assert client.get("/api/nowhere").json()["detail"] == "nothing here has this address"


def test_ids_are_never_paths(client: TestClient) -> None:
    for name in ("..%2F..%2F..%2Fetc%2Fpasswd", "%00", "a" * 5000, "'; DROP TABLE decisions; --"):
        assert client.get(f"/document/{name}").status_code in (404, 422)
        assert client.get(f"/static/{name}").status_code in (404, 422, 405)
