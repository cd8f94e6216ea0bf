"""Three journeys in a real browser: find similar and export; follow a family; review twenty by keyboard and retrain."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import polars as pl

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


def test_review_twenty_by_keyboard_undo_retrain_and_see_the_change(page: Page, served: Served) -> None:
    _start(page, served)
    for _ in range(9):
        _press(page, "a")
    assert _settled(page) == 9
    for _ in range(3):
        _press(page, "u")
    assert _settled(page) == 6
    for _ in range(3):
        _press(page, "r")
    assert _settled(page) == 9
    page.goto(f"{served.url}/review/next?queue=doubtful")
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
    records = page.request.get(f"{served.url}/api/review/decisions?size=500").json()["decisions"]
    kinds = [r["action"] for r in records]
    assert len({r["measure_id"] for r in records if r["action"] in ("accept", "correct", "flag", "skip")}) == 20
    assert kinds.count("undo") == kinds.count("redo") == 3
    assert all(r["primary"] == "teacher_ethics" for r in records if r["action"] == "correct")
    page.goto(f"{served.url}/review")
    page.get_by_role("button", name="写入 labels/reviewed.jsonl").press("Enter")
    page.wait_for_url("**/review/write")
    assert "18 条" in page.locator("h1").inner_text()
    assert len(served.workspace.read_jsonl("labels/reviewed.jsonl")) == 18
    left = _retrain(served)
    page.goto(f"{served.url}/review")
    assert page.locator("tr", has_text="重训后有变").locator("td.n").inner_text() == str(left)
    page.get_by_role("link", name="重训后有变").press("Enter")
    page.wait_for_url("**/review/measure/**queue=changed**")


def _retrain(served: Served) -> int:
    """What a retrained model would leave: a new digest, and one undecided measure labelled otherwise.

    The real training is the pipe's; what is shown here is that the desk notices. Returns how many changed.
    """
    decided = {row["measure_id"] for row in served.workspace.read_jsonl("labels/reviewed.jsonl")}
    table = served.workspace.read("assignments")
    open_ids = [name for name in table["measure_id"].unique().sort() if name not in decided]
    new = pl.col("measure_id").is_in(open_ids[:1]) & pl.col("primary")
    category = pl.when(new).then(pl.lit("lifelong_learning")).otherwise(pl.col("category"))
    served.workspace.write("assignments", table.with_columns(category=category, model_digest=pl.lit("digest-two")))
    return len(open_ids[:1])


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
