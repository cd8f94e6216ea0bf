"""`jucuo review` from the shell."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.main import cli
from pipeline.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))
from web_workspace import make

TEACHERS = "qinghe-2023-aaaaaa/1.1"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make(tmp_path / "w")


def run(workspace: Workspace, *arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(cli, ["review", *arguments, "--workspace", str(workspace.root)], input=text)


def test_queue_apply_export(workspace: Workspace) -> None:
    queue = json.loads(run(workspace, "queue", "doubtful", "--top", "3", "--json").stdout)
    assert len(queue) == 3
    lines = [{"measure_id": q["measure_id"], "base": q["base"], "labels": ["publicity"]} for q in queue]
    text = "".join(json.dumps(line) + "\n" for line in lines) + '{"measure_id": "no/1", "base": 0}\nnonsense\n'
    first = run(workspace, "apply", "--reviewer", "甲", "--json", text=text)
    assert first.exit_code == 1
    report = json.loads(first.stdout)
    assert report["recorded"] == 3
    assert [r["line"] for r in report["refused"]] == [4, 5]
    again = run(workspace, "apply", "--reviewer", "甲", "--json", text=text)
    assert json.loads(again.stdout)["recorded"] == 3
    assert run(workspace, "export").exit_code == 0
    rows = workspace.read_jsonl("labels/reviewed.jsonl")
    assert [r["measure_id"] for r in rows] == sorted(q["measure_id"] for q in queue)
    assert rows[0]["primary"] == "publicity"


def test_a_second_reviewer_on_an_old_version_is_refused(workspace: Workspace) -> None:
    line = json.dumps({"measure_id": TEACHERS, "base": 0, "labels": ["publicity"]}) + "\n"
    assert run(workspace, "apply", "--reviewer", "甲", text=line).exit_code == 0
    second = run(workspace, "apply", "--reviewer", "乙", "--json", text=line)
    assert second.exit_code == 1
    assert json.loads(second.stdout)["refused"][0]["version"] == 1


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "label-studio", "label-config"])
def test_exchange_files(workspace: Workspace, fmt: str, tmp_path: Path) -> None:
    ending = {"label-studio": "json", "label-config": "xml"}.get(fmt, fmt)
    path = tmp_path / f"out.{ending}"
    assert run(workspace, "export", "--format", fmt, "--output", str(path)).exit_code == 0
    assert path.stat().st_size > 200
    if fmt != "label-config":
        result = run(workspace, "import", str(path), "--reviewer", "甲", "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["recorded"] == 0


def test_import_dry_run_records_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"measure_id,labels\n{TEACHERS},publicity\n", "utf-8")
    assert json.loads(run(workspace, "import", str(path), "--reviewer", "甲", "--dry-run", "--json").stdout)["new"] == 1
    assert json.loads(run(workspace, "import", str(path), "--reviewer", "甲", "--json").stdout)["recorded"] == 1
    assert json.loads(run(workspace, "import", str(path), "--reviewer", "甲", "--json").stdout)["same"] == 1


def test_the_blind_sample_is_blind_on_the_shell_too(workspace: Workspace) -> None:
    rows = json.loads(run(workspace, "queue", "audit", "--json").stdout)
    assert rows
    assert all("suggested" not in row for row in rows)
