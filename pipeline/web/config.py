"""What the application is started with."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import JucuoError
from pipeline.settings import Settings
from pipeline.workspace import Workspace

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})
"""Hosts that only this machine reaches; `testserver` is the name Starlette's test client calls itself."""

SECRET_BYTES = 32


@dataclass(frozen=True)
class WebConfig:
    """A workspace, its parameters, who may come in, and how much they may send.

    `closed` never opens to visitors without token or account, not even when the last account is removed. `secret` signs
    cookies and forms. `warm` loads tables and search index beside the first requests, not before them.
    """

    workspace: Workspace
    settings: Settings
    token: str | None = None
    hosts: frozenset[str] = LOOPBACK
    database: str | None = None
    closed: bool = False
    warm: bool = False
    max_body: int = 16 * 1024 * 1024
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(SECRET_BYTES), repr=False)

    @property
    def database_url(self) -> str:
        """Where review decisions are kept: the configured URL, else a SQLite file of the workspace."""
        if self.database:
            return self.database
        path: Path = self.workspace.path("review/decisions.db").resolve()
        return f"sqlite:///{path}"


def kept_secret(workspace: Workspace) -> bytes:
    """The workspace's signing secret, made when first asked for: a restart signs nobody out and breaks no open form.

    Only its owner may read it; deleting the file signs everybody out.
    """
    path = workspace.path("review/secret")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        found = path.read_bytes()
        if len(found) < SECRET_BYTES:
            raise JucuoError(f"{path} is not a whole secret", "Delete it: a new one is made.") from None
        return found
    with os.fdopen(handle, "wb") as file:
        file.write(found := secrets.token_bytes(SECRET_BYTES))
    return found
