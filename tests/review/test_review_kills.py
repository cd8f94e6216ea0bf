"""Eight reviewers at once while the server is killed and started again: nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

import httpx
import pytest

from pipeline.review.accounts import Accounts
from pipeline.review.store import Store
from pipeline.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))
from web_workspace import make

REVIEWERS = 8
DECISIONS = int(os.environ.get("JUCUO_REVIEW_DECISIONS", "160"))
"""4,000 with three kills take 70 s on SQLite and 90 s on PostgreSQL: the short form runs every time."""

EACH = DECISIONS // REVIEWERS
KILLS = 3 if DECISIONS >= 1000 else 1
LABELS = ("publicity", "preschool", "safety_stability", "teacher_ethics")


class Server:
    """`jucuo serve` in a process of its own."""

    def __init__(self, workspace: Workspace, url: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._command = [
            *(sys.executable, "-c", "from pipeline.cli.main import main; main()", "serve", "--quiet"),
            *("--port", str(self.port), "--workspace", str(workspace.root), "--database", url),
        ]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.address}/health", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail("the server did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def work(number: int, address: str, token: str, ids: list[str], done: set[str]) -> None:
    """Decide EACH times; after a broken connection send the same decision again, after a conflict on what is there."""
    with httpx.Client(timeout=30, headers={"authorization": f"Bearer {token}"}) as client:
        for i in range(EACH):
            label = LABELS[(number + i) % len(LABELS)]
            body = {
                "measure_id": ids[(i * REVIEWERS + number) % len(ids)],
                "action": "correct",
                "labels": [label],
                "primary": label,
                "base": 0,
                "key": f"reviewer-{number}-{i:05d}",
            }
            while True:
                try:
                    answer = client.post(f"{address}/api/review/decisions", json=body)
                except httpx.TransportError:
                    time.sleep(0.05)
                    continue
                if answer.status_code == 409:
                    body["base"] = answer.json()["version"]
                    continue
                assert answer.status_code == 200, answer.text
                done.add(body["key"])
                break


def with_accounts(url: str) -> list[str]:
    """An account for each reviewer; returns their tokens."""
    store = Store(url)
    accounts = Accounts(store.engine)
    for number in range(REVIEWERS):
        accounts.add(f"r{number}", "a password nobody types")
    tokens = [accounts.new_token(f"r{number}") for number in range(REVIEWERS)]
    store.close()
    return tokens


@pytest.mark.slow
def test_kills_of_the_server_lose_and_double_nothing(url: str, tmp_path: Path) -> None:
    workspace = make(tmp_path / "workspace", more=True)
    ids = workspace.read("measures")["measure_id"].to_list()
    tokens = with_accounts(url)
    server, done = Server(workspace, url), [set() for _ in range(REVIEWERS)]
    threads = [
        threading.Thread(target=work, args=(n, server.address, tokens[n], ids, done[n])) for n in range(REVIEWERS)
    ]
    for thread in threads:
        thread.start()
    total = REVIEWERS * EACH
    for kill in range(KILLS):
        deadline = time.monotonic() + 300
        while sum(map(len, done)) < total * (kill + 1) // (KILLS + 1) and time.monotonic() < deadline:
            time.sleep(0.01)
        server.kill()
        server.start()
    for thread in threads:
        thread.join(timeout=300)
    server.kill()
    fold = Store(url).fold()
    keys = [d.key for d in fold.by_id.values()]
    assert len(keys) == len(set(keys)) == total
    assert set().union(*done) == set(keys)
    assert all(d.reviewer == f"r{d.key.split('-')[1]}" for d in fold.by_id.values()), "each under its own account"
    versions = defaultdict(list)
    for decision in fold.by_id.values():
        versions[decision.measure_id].append(decision.version)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
