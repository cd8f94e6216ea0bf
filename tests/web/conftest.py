"""A workspace, and clients of the application over it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pipeline.resources import shipped
from pipeline.settings import Settings, load
from pipeline.web.app import create_app
from pipeline.web.config import WebConfig
from pipeline.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent))
from web_workspace import make


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load(shipped("configs/params.yaml"))


@pytest.fixture(scope="session")
def shared_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make(tmp_path_factory.mktemp("workspace"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace of the test's own, for tests that change it."""
    return make(tmp_path / "workspace")


@pytest.fixture(scope="session")
def shared_app(shared_workspace: Workspace, settings: Settings) -> FastAPI:
    """One application for all tests that only read: its tables are loaded once."""
    return create_app(WebConfig(shared_workspace, settings))


@pytest.fixture
def client(shared_app: FastAPI) -> TestClient:
    """A browser without cookies."""
    return TestClient(shared_app, raise_server_exceptions=False)


@pytest.fixture
def own(workspace: Workspace, settings: Settings) -> Iterator[TestClient]:
    """Over a workspace of the test's own."""
    with TestClient(create_app(WebConfig(workspace, settings)), raise_server_exceptions=False) as found:
        yield found
