from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipeline.errors import JucuoError
from pipeline.settings import Settings, from_mapping, load


def test_the_parameter_file_states_every_default(checkout: Path) -> None:
    written = yaml.safe_load((checkout / "configs/params.yaml").read_text("utf-8"))
    assert written == Settings().model_dump(), "configs/params.yaml and the defaults in settings.py differ"


def test_all_problems_come_at_once_with_path_and_nearest_name() -> None:
    values = {"embed": {"batchsize": 4, "threads": 0}, "reuse": {"near": 2}, "sed": 1}
    with pytest.raises(JucuoError) as caught:
        from_mapping(values, "mine.yaml")
    message = str(caught.value)
    assert "mine.yaml: 4 parameter problem(s)" in message
    assert "embed.batchsize: unknown parameter; did you mean `batch_size`?" in message
    assert "embed.threads" in message
    assert "reuse.near" in message
    assert "sed: unknown parameter; did you mean `seed`?" in message


def test_an_unknown_name_far_from_all_lists_the_valid_ones() -> None:
    with pytest.raises(JucuoError, match=r"valid names: .*uri"):
        from_mapping({"tracking": {"zzz": 1}}, "x")


def test_overrides_reach_their_section(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("seed: 3\n", "utf-8")
    settings = load(path, ["embed.batch_size=32", "seed=7", "central=null"])
    assert (settings.embed.batch_size, settings.seed, settings.central) == (32, 7, None)


@pytest.mark.parametrize("override", ["embed.batch_size", "seed.x=1"])
def test_a_malformed_override_says_how_to_write_it(tmp_path: Path, override: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("seed: 3\n", "utf-8")
    with pytest.raises(JucuoError, match=r"section\.name=value"):
        load(path, [override])


@pytest.mark.parametrize(("content", "says"), [("a: [", "is not YAML"), ("- 1", "holds a list")])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(JucuoError, match=says):
        load(path)


def test_a_missing_file_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(JucuoError, match="--params"):
        load(tmp_path / "nothing.yaml")
