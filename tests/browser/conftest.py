"""A real server and a real headless browser: Debian's chromium, driven by playwright."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pipeline
from pipeline.resources import shipped
from pipeline.settings import load
from pipeline.web.app import create_app
from pipeline.web.config import WebConfig
from pipeline.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))
from web_workspace import make

SAMPLE = Path(__file__).parents[2] / "data/sample/landong"

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def _missing(reason: str) -> None:
    """Skip with the reason; under CI a browser is expected, so fail."""
    if os.environ.get("CI") and not os.environ.get("JUCUO_WITHOUT_BROWSER"):
        pytest.fail(f"{reason}; set JUCUO_WITHOUT_BROWSER=1 if this CI cannot have it")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        _missing("no chromium found (apt-get install chromium fonts-noto-cjk)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed (pip install playwright)")
    with sync_playwright() as driver:
        # Chromium's own sandbox does not start for root, as in most containers; the pages are ours.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = driver.chromium.launch(executable_path=path, args=arguments)
        yield started
        started.close()


class Served:
    """A workspace and the address it is served at."""

    def __init__(self, workspace: Workspace) -> None:
        import uvicorn

        self.workspace = workspace
        app = create_app(WebConfig(workspace, load(shipped("configs/params.yaml"))))
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    found = Served(make(tmp_path / "workspace", more=True))
    yield found
    found.stop()


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Served]:
    """A workspace the pipe has made of one bureau's plans of the sample, for what needs a real classifier.

    The shipped examples are of the sample too and are then not added, so a few decisions move the classifier.
    """
    pipeline.run(SAMPLE, tmp_path / "workspace")
    found = Served(Workspace(tmp_path / "workspace"))
    yield found
    found.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on any script error and on anything our own content policy blocks."""
    context = browser.new_context(locale="zh-CN", accept_downloads=True)
    found = context.new_page()
    errors: list[str] = []
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    found.on("request", lambda request: errors.append(f"outside: {request.url}") if _outside(request) else None)
    yield found
    context.close()
    expected = ("401", "404", "409")
    assert [e for e in errors if not any(f"status of {code}" in e for code in expected)] == []


def _outside(request: Any) -> bool:
    return not request.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
