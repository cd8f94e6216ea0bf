"""Three journeys in a real browser: find similar and export; follow a family; review twenty by keyboard and retrain."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from test_browser_look import findings

from pipeline.review.accounts import Accounts
from pipeline.review.models import Labels
from pipeline.review.queues import in_audit, suggestions
from pipeline.review.store import Store

if TYPE_CHECKING:
    from conftest import Served
    from playwright.sync_api import Page


def test_find_similar_measures_of_other_bureaus_and_export_them(page: Page, served: Served) -> None:
    page.goto(served.url)
    page.keyboard.press("/")
    page.keyboard.type("骨干教师")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert page.locator("li.hit mark.hit").first.inner_text() == "骨干教师"
    page.get_by_role("link", name="壮大骨干教师队伍").first.click()
    assert "临江省" not in page.title()
    page.get_by_role("link", name="其他单位的").click()
    page.wait_for_url("**like=**others=1**")
    first = page.locator("li.hit").first
    assert "白杉县教育局" in first.inner_text()
    assert len(first.locator("mark.hit").all_inner_texts()[0]) >= 2
    shown = [link.get_attribute("href").split("/measure/")[1] for link in page.locator("li.hit h2 a").all()]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(download.value.path().read_text("utf-8-sig").splitlines()))
    assert [row["measure_id"] for row in rows][: len(shown)] == shown


def test_facets_change_the_url_and_back_brings_it_back(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/search")
    page.locator("aside").get_by_role("link", name=re.compile("^白杉县教育局")).click()
    page.wait_for_url("**issuer=**")
    assert "4 条举措" in page.locator(".summary").inner_text()
    page.go_back()
    assert "30 条举措" in page.locator(".summary").inner_text()


def test_follow_a_family_between_two_bureaus(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/families")
    page.get_by_role("link", name="壮大骨干教师队伍").click()
    assert page.locator("ol.years li").all_inner_texts()[0].startswith("2023")
    assert any("三" in text for text in page.locator(".wordings mark.differs").all_inner_texts())
    page.get_by_role("link", name="对照两个单位").click()
    page.wait_for_url("**/compare?**")
    assert page.locator("article.passage").count() == 2
    page.locator("article.passage").first.get_by_role("link").last.click()
    assert "白杉县教育局" in page.locator("main").inner_text()


def _start(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/review")
    page.locator("input[name=name]").focus()
    page.keyboard.type("王芳")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="存疑优先").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/measure/**")


def _press(page: Page, key: str) -> None:
    """Press a key that leads to the next page."""
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state()


def _settled(page: Page) -> int:
    return int(re.search(r"已定 (\d+)", page.locator(".progress").first.inner_text()).group(1))  # type: ignore[union-attr]


@pytest.mark.slow
def test_review_twenty_by_keyboard_undo_retrain_and_see_the_change(page: Page, lived: Served) -> None:
    _start(page, lived)
    for _ in range(9):
        _press(page, "a")
    assert _settled(page) == 9
    for _ in range(3):
        _press(page, "u")
    assert _settled(page) == 6
    for _ in range(3):
        _press(page, "r")
    assert _settled(page) == 9
    page.goto(f"{lived.url}/review/next?queue=doubtful")
    for _ in range(9):
        # Type to filter by the initials of 师德师风, make it the primary category, save.
        page.keyboard.press("f")
        page.keyboard.type("sdsf")
        page.keyboard.press("Shift+Enter")
        page.keyboard.press("Escape")
        _press(page, "s")
    assert _settled(page) == 18
    page.keyboard.press("g")
    page.keyboard.press("ArrowDown")
    _press(page, "Enter")
    _press(page, "x")
    records = page.request.get(f"{lived.url}/api/review/decisions?size=500").json()["decisions"]
    kinds = [r["action"] for r in records]
    assert len({r["measure_id"] for r in records if r["action"] in ("accept", "correct", "flag", "skip")}) == 20
    assert kinds.count("undo") == kinds.count("redo") == 3
    assert all(r["primary"] == "teacher_ethics" for r in records if r["action"] == "correct")
    page.goto(f"{lived.url}/review")
    page.get_by_role("button", name="写入 labels/reviewed.jsonl").press("Enter")
    page.wait_for_url("**/review/write")
    assert "18 条" in page.locator("h1").inner_text()
    assert len(lived.workspace.read_jsonl("labels/reviewed.jsonl")) == 18
    command = page.locator("code.copy").inner_text()
    assert command == f"jucuo review retrain --workspace {lived.workspace.root}"
    before = suggestions(lived.workspace.read("assignments"))
    told = json.loads(_shell(*command.split()[1:], "--json"))
    assert told["labels"] == 18
    changed = _changed(lived, before)
    assert changed, "18 decisions, half of them against the model, change no other measure's labels"
    page.goto(f"{lived.url}/review")
    assert page.locator("tr", has_text="重训后有变").locator("td.n").inner_text() == str(len(changed))
    page.get_by_role("link", name="重训后有变").press("Enter")
    page.wait_for_url("**/review/measure/**queue=changed**")
    shown = unquote(page.url.split("/review/measure/")[1].split("?")[0])
    assert shown in changed
    assert "重训前" in page.locator("main").inner_text()
    assert page.request.get(f"{lived.url}/api/reasons/{shown}").json()["classifier"] == told["classifier"]


def _shell(*arguments: str) -> str:
    """A command of ours in a process of its own, as people run it."""
    command = [sys.executable, "-c", "from pipeline.cli.main import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _changed(served: Served, before: dict[str, Labels]) -> set[str]:
    """Measures that people have not settled, outside the blind sample, that the new model labels otherwise."""
    settled = {row["measure_id"] for row in served.workspace.read_jsonl("labels/reviewed.jsonl")}
    after, none = suggestions(served.workspace.read("assignments")), Labels()
    names = served.workspace.read("measures")["measure_id"]
    return {
        name
        for name in names
        if name not in settled and not in_audit(name) and not after.get(name, none).same(before.get(name, none))
    }


def test_an_analyst_signs_in_reviews_and_signs_out(page: Page, served: Served) -> None:
    accounts = Accounts(Store(f"sqlite:///{served.workspace.path('review/decisions.db')}").engine)
    accounts.add("王芳", "four plain old words")
    page.goto(f"{served.url}/review")
    assert page.evaluate("document.activeElement.name") == "name"
    page.keyboard.type("王芳")
    page.keyboard.press("Tab")
    page.keyboard.type("a wrong password")
    _press(page, "Enter")
    assert "姓名或密码不对" in page.get_by_role("alert").inner_text()
    assert page.evaluate("document.activeElement.name") == "password"
    page.keyboard.type("four plain old words")
    _press(page, "Enter")
    assert page.url == f"{served.url}/review"
    page.get_by_role("link", name="存疑优先").press("Enter")
    page.wait_for_url("**/review/measure/**")
    _press(page, "a")
    records = page.request.get(f"{served.url}/api/review/decisions").json()["decisions"]
    assert [r["reviewer"] for r in records] == ["王芳"]
    page.get_by_role("link", name="王芳").press("Enter")
    page.wait_for_url("**/account")
    assert findings(page) == []
    page.get_by_role("button", name="退出登录").press("Enter")
    page.wait_for_url("**/login")
    assert findings(page) == []
    page.goto(f"{served.url}/search")
    assert page.locator("input[name=password]").count() == 1


def test_a_conflict_between_two_windows_loses_nothing(page: Page, served: Served) -> None:
    _start(page, served)
    here = page.url
    other = page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    _start(other, served)
    other.goto(here)
    _press(other, "a")
    page.keyboard.press("f")
    page.keyboard.type("sdsf")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Escape")
    _press(page, "s")
    assert "别人刚刚判断了同一条" in page.locator("h1").inner_text() or "王芳" in page.locator("main").inner_text()
    other.context.close()
