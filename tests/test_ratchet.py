"""Quality is a ratchet: no change may take a score below its committed floor without lowering the floor on purpose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scripts import script

from pipeline.settings import Settings
from pipeline.stages import embed, index, ingest, segment
from pipeline.stages.flow import run_pipe
from pipeline.workspace import Workspace


def floors(checkout: Path, part: str) -> dict[str, float]:
    baseline: dict[str, dict[str, float]] = json.loads((checkout / "experiments/baseline.json").read_text("utf-8"))
    return baseline[part]


def test_scores_on_the_sample_corpus_hold(checkout: Path) -> None:
    stages = {path.stem: json.loads(path.read_text("utf-8")) for path in (checkout / "data/metrics").glob("*.json")}
    for name, floor in floors(checkout, "sample").items():
        stage, metric = name.split(".")
        assert stages[stage][metric] >= floor, f"{name} fell below {floor}"


@pytest.mark.real
def test_scores_on_real_plans_hold(checkout: Path, real_corpus: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    run_pipe([real_corpus / "seeds"], workspace, Settings())
    found = script(checkout / "experiments/labels/transfer.py").scores(workspace)
    assert found["n_measures"] == 132
    low = {name: found[name] for name, floor in floors(checkout, "real").items() if found[name] < floor}
    assert not low, f"below the floor on real plans: {low}"


@pytest.mark.real
@pytest.mark.slow
def test_search_holds_its_place_on_the_judged_queries(checkout: Path, real_corpus: Path, tmp_path: Path) -> None:
    workspace, settings = Workspace(tmp_path), Settings()
    ingest.run([real_corpus], workspace, settings)
    for stage in (segment, embed, index):
        stage.run(workspace, settings)
    quality = script(checkout / "experiments/search_quality.py")
    found = quality.figures(*quality.evaluate(workspace, settings, checkout / "data/labels/queries", quality.FLOORED))
    low = {name: found[name] for name, floor in floors(checkout, "search").items() if found[name] < floor}
    assert not low, f"below the floor on held-back queries: {low}"


def test_the_shipped_classifier_is_the_one_the_pipe_trains(checkout: Path) -> None:
    for name in ("classifier.skops", "classifier.json", "examples.parquet"):
        made, shipped = checkout / "data/models" / name, checkout / "pipeline/_shipped/model" / name
        assert made.read_bytes() == shipped.read_bytes(), f"{name} differs; run `make ship` and commit"
