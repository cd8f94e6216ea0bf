from __future__ import annotations

import json
from pathlib import Path

import pytest
from workspaces import small_workspace

from pipeline.classification import Label
from pipeline.errors import JucuoError
from pipeline.settings import Settings
from pipeline.stages.classify import read_codebook, with_decisions
from pipeline.stages.labels import read_labels
from pipeline.workspace import Workspace

MEASURE = "liuwan-2023-aaaaaa/1.1"


def line(measure_id: str, *labels: str) -> str:
    row = {"measure_id": measure_id, "primary": labels[0] if labels else None, "labels": list(labels)}
    return json.dumps(row | {"annotator": "x", "codebook": "c"}) + "\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return small_workspace(tmp_path)


def test_later_files_come_later_and_missing_ones_count_as_empty(workspace: Workspace) -> None:
    codebook = read_codebook(Settings())
    assert read_labels(workspace, Settings(), codebook) == []
    workspace.write_text("labels/gold.jsonl", line(MEASURE, "preschool"))
    workspace.write_text("labels/reviewed.jsonl", line(MEASURE, "student_aid", "preschool"))
    labels = read_labels(workspace, Settings(), codebook)
    assert [label.primary for label in labels] == ["preschool", "student_aid"]
    assert len(read_labels(workspace, Settings(), codebook, only="reviewed")) == 1


def test_every_bad_line_is_named_with_the_nearest_category(workspace: Workspace) -> None:
    workspace.write_text("labels/gold.jsonl", line("a/1", "preschol") + line("b/1", "publicity"))
    with pytest.raises(JucuoError, match=r"(?s)line 1.*preschol.*preschool"):
        read_labels(workspace, Settings(), read_codebook(Settings()))
    workspace.write_text("labels/gold.jsonl", "{broken\n[]\n")
    with pytest.raises(JucuoError, match=r"(?s)line 1.*line 2"):
        read_labels(workspace, Settings(), read_codebook(Settings()))


def test_a_decision_replaces_the_models_and_keeps_its_probability(workspace: Workspace) -> None:
    decision = Label(MEASURE, "student_aid", ["student_aid"], "li", "edu-2")
    merged = with_decisions(workspace.read("assignments"), [decision])
    rows = {row["category"]: row for row in merged.to_dicts() if row["measure_id"] == MEASURE}
    assert (rows["preschool"]["assigned"], rows["preschool"]["probability"]) == (False, 0.9)
    assert rows["student_aid"]["assigned"]
    assert rows["student_aid"]["primary"]
    assert {row["source"] for row in rows.values()} == {"analyst"}
    assert rows["student_aid"]["codebook"] == "edu-2"
    assert merged.height == workspace.read("assignments").height + 1
    workspace.write("assignments", merged)


def test_a_decision_for_no_category_takes_the_models_away(workspace: Workspace) -> None:
    merged = with_decisions(workspace.read("assignments"), [Label(MEASURE, None, [], "li", "edu-2")])
    assert not any(row["assigned"] for row in merged.to_dicts() if row["measure_id"] == MEASURE)
