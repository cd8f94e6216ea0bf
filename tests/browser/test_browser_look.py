"""Accessibility by axe-core, no sideways scrolling on a phone, both colour schemes, and no script needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Served
    from playwright.sync_api import Browser

FIRST = "qinghe-2023-aaaaaa/1.1"
PAGES = {
    "overview": "/",
    "search": "/search?q=教师",
    "like": f"/search?like={FIRST}",
    "measure": f"/measure/{FIRST}",
    "documents": "/documents",
    "document": "/document/qinghe-2023-aaaaaa?view=source",
    "changes": "/document/qinghe-2023-aaaaaa?view=changes",
    "families": "/families",
    "family": "/family/fam-1",
    "compare": "/compare?a=青禾市教育局&b=白杉县教育局",
    "docs": "/docs",
    "login": "/login",
    "review": "/review",
    "desk": f"/review/measure/{FIRST}",
    "bulk": "/review/bulk?year=2024",
    "missing": "/measure/no/1",
    "reasons": f"/reasons/{FIRST}",
    "nothing": "/search?q=没有这样的词",
}
SERIOUS = ("serious", "critical")


@cache
def axe_source() -> str:
    package = pytest.importorskip("axe_core_python", reason="axe-core is not installed (pip install axe-core-python)")
    return (Path(package.__file__).parent / "axe.min.js").read_text("utf-8")


def findings(page: Any) -> list[str]:
    """Serious and critical findings of axe-core, with the first place of each."""
    page.evaluate(axe_source())
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {v['help']} ({v['nodes'][0]['html'][:120]})"
        for v in result["violations"]
        if v["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, served: Served, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, locale="zh-CN")
    page = context.new_page()
    found = {}
    for name, url in PAGES.items():
        page.goto(served.url + url)
        if problems := findings(page):
            found[name] = problems
    context.close()
    assert found == {}


def test_nothing_scrolls_sideways_on_a_phone(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 700}, locale="zh-CN")
    page = context.new_page()
    wide = {}
    for name, url in PAGES.items():
        page.goto(served.url + url)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide[name] = width
    context.close()
    assert wide == {}


def test_everything_works_without_script(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{served.url}/review")
    page.fill("input[name=name]", "王芳")
    page.click("form[action='/review/name'] button")
    page.goto(f"{served.url}/review/next?queue=doubtful")
    page.check("input[name=labels][value=publicity]")
    page.check("input[name=primary][value=publicity]")
    page.click("button[value=correct]")
    assert "已记录" in page.locator(".flash").inner_text()
    context.close()


def test_every_control_is_reached_by_tab(browser: Browser, served: Served) -> None:
    page = browser.new_page()
    page.goto(f"{served.url}/search?q=教师")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    page.close()
