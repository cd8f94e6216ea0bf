from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from workspaces import small_workspace

from pipeline.errors import JucuoError
from pipeline.stages import experimenting
from pipeline.workspace import Workspace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkout: Path) -> Workspace:
    (tmp_path / "experiments/definitions").mkdir(parents=True)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/params.yaml").write_text((checkout / "configs/params.yaml").read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)
    return small_workspace(tmp_path / "data")


def define(**changes: object) -> None:
    definition = {
        "question": "Does a longer minimum leave fewer measures?",
        "stages": ["segment"],
        "metrics": ["segment.n_measures", "segment.nothing"],
        "variants": {"short": [], "long": ["segment.min_chars=30"]},
    }
    path = experimenting.DEFINITIONS / "lengths.yaml"
    path.write_text(yaml.safe_dump(definition | changes, allow_unicode=True, sort_keys=False), "utf-8")


def test_variants_run_on_copies_and_leave_the_workspace_alone(home: Workspace) -> None:
    define()
    before = home.path("interim/measures.parquet").read_bytes()
    results = experimenting.run("lengths", home, Path("configs/params.yaml"))
    assert [result.name for result in results] == ["short", "long"]
    assert results[0].metrics["segment.n_measures"] == 4
    assert results[0].metrics["segment.nothing"] is None
    assert home.path("interim/measures.parquet").read_bytes() == before
    table = experimenting.markdown("lengths", experimenting.read("lengths"), results, {"corpus": "abc"})
    assert "| long | segment.min_chars=30 |" in table


@pytest.mark.usefixtures("home")
def test_unknown_names_stages_and_keys_are_refused() -> None:
    define()
    with pytest.raises(JucuoError, match="there is no experiment nothing"):
        experimenting.read("nothing")
    define(stages=["fly"])
    with pytest.raises(JucuoError, match="unknown stage fly"):
        experimenting.read("lengths")
    define(colour="red")
    with pytest.raises(JucuoError, match="colour"):
        experimenting.read("lengths")


def test_the_repositorys_own_experiments_are_well_formed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    assert experimenting.names()
    for name in experimenting.names():
        assert experimenting.read(name).question
