"""`mlflow models serve` answers with labels, probabilities and reasons."""

from __future__ import annotations

import os
import runpy
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.settings import TrackingParams
from pipeline.tracking import registry, runs

ROWS = [
    {
        "id": "a",
        "text": "新建公办幼儿园四所，新增普惠学位一千二百个。落实困难家庭保育费减免。",
        "title": "工作要点",
    },
    {"id": 2, "text": "开展师德专题教育，严查有偿补课。", "heading_path": ["二、队伍建设", "（一）师德"]},
]
STARTS_WITHIN = 240


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, rows: list[dict[str, Any]]) -> list[dict[str, object]]:
    answer = httpx.post(f"http://127.0.0.1:{port}/invocations", json={"dataframe_records": rows}, timeout=240)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["predictions"]
    return found


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            if httpx.get(f"http://127.0.0.1:{port}/ping", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(1)
    pytest.fail("the server did not start")


def test_making_the_model_warns_of_nothing(checkout: Path) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        made = runpy.run_path(str(checkout / "pipeline/stages/served.py"))
    assert made["ServedClassifier"]
    assert [str(warning.message) for warning in said if warning.category is UserWarning] == []


@pytest.mark.slow
def test_the_served_model_answers_with_reasons(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    params = TrackingParams(uri=f"sqlite:///{tmp_path}/mlflow.db", experiment="served")
    metrics = {registry.METRIC: 0.9}
    run = runs.record(params, runs.RunRecord("served", {}, metrics, {runs.LOCK_TAG: "x"}))
    code = checkout / "pipeline/stages/served.py"
    artifacts = {"classifier": checkout / "data/models/classifier.skops"}
    registry.register(runs.connect(params), run.run_id, code, artifacts, "jucuo")
    port = free_port()
    model = f"models:/{registry.MODEL_NAME}@{registry.CHAMPION}"
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", model, "--env-manager", "local"]
    settings = {"MLFLOW_TRACKING_URI": params.uri, "PYTHONPATH": str(checkout), "MLFLOW_DISABLE_TELEMETRY": "true"}
    server = subprocess.Popen([*command, "-p", str(port), "-h", "127.0.0.1"], env={**os.environ, **settings})
    try:
        wait_for(port, server)
        first, second = ask(port, ROWS)
    finally:
        server.terminate()
        server.wait(30)
    assert (first["id"], first["primary"]) == ("a", "preschool")
    assert (second["id"], second["primary"]) == (2, "teacher_ethics")
    assert len(first["probabilities"]) == 30
    assert {reason["category"] for reason in first["why"]} == set(first["labels"])
    assert all(reason["parts"] and reason["sentence"] for reason in first["why"])
