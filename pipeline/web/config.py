"""What the application is started with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.settings import Settings
from pipeline.workspace import Workspace

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})
"""Hosts that only this machine reaches; `testserver` is the name Starlette's test client calls itself."""


@dataclass(frozen=True)
class WebConfig:
    """A workspace, its parameters, who may come in, and how much they may send.

    `warm` loads tables and search index right after the start, beside the first requests, not before them.
    """

    workspace: Workspace
    settings: Settings
    token: str | None = None
    hosts: frozenset[str] = LOOPBACK
    database: str | None = None
    warm: bool = False
    max_body: int = 16 * 1024 * 1024
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def database_url(self) -> str:
        """Where review decisions are kept: the configured URL, else a SQLite file of the workspace."""
        if self.database:
            return self.database
        path: Path = self.workspace.path("review/decisions.db").resolve()
        return f"sqlite:///{path}"
