from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import JucuoError
from pipeline.schemas import FAMILIES
from pipeline.workspace import Workspace, atomic


def test_a_missing_table_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(JucuoError, match="has no measures yet") as caught:
        Workspace(tmp_path).read("measures")
    assert f"jucuo run --corpus PATH --workspace {tmp_path}" in caught.value.remedy


def test_a_broken_table_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / FAMILIES.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PAR1 nonsense")
    with pytest.raises(JucuoError, match="cannot be read"):
        Workspace(tmp_path).read("families")


def test_writing_is_atomic_and_repeatable(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    first = workspace.write("families", FAMILIES.empty()).read_bytes()
    assert workspace.write("families", FAMILIES.empty()).read_bytes() == first
    assert workspace.read("families").height == 0


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", "utf-8")

    def fail(target: Path) -> None:
        target.write_text("half", "utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        atomic(path, fail)
    assert path.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_arrays_and_jsonl_come_back(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(np.load(workspace.write_array("features/v.npy", array)), array)
    rows = [{"path": "甲.txt", "reason": "empty"}]
    workspace.write_jsonl("interim/r.jsonl", rows)
    assert workspace.read_jsonl("interim/r.jsonl") == rows
    assert workspace.read_jsonl("interim/none.jsonl") == []


def test_arrays_come_back_and_their_archive_needs_no_large_headers(tmp_path: Path) -> None:
    arrays = {"counts": np.arange(5, dtype=np.uint16), "none": np.zeros((0, 3), np.float32)}
    path = Workspace(tmp_path).write_arrays("a/b.npz", arrays)
    with np.load(path, allow_pickle=False) as found:
        assert found.files == list(arrays)
        for name, array in arrays.items():
            assert found[name].dtype == array.dtype
            np.testing.assert_array_equal(found[name], array)
    # Python 3.11.2 and 3.11.7 write headers of version 2.0 alike, and those of 4.5 (large files) differently.
    with zipfile.ZipFile(path) as archive:
        assert {entry.create_version for entry in archive.infolist()} == {20}
