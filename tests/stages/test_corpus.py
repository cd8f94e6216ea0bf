from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import JucuoError
from pipeline.stages.corpus import find


def test_files_come_sorted_once_and_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a.txt", ".hidden", "b/.git/x", "b/1.docx"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
    listing = find([tmp_path, tmp_path / "a.txt"])
    assert [file.name for file in listing.files] == ["a.txt", "b/1.docx", "b/2.txt"]
    assert listing.unreadable == []


def test_missing_paths_are_named_together(tmp_path: Path) -> None:
    with pytest.raises(JucuoError, match=r"one.*two"):
        find([tmp_path / "one", tmp_path, tmp_path / "two"])


def test_a_folder_without_documents_says_so(tmp_path: Path) -> None:
    with pytest.raises(JucuoError, match="no document"):
        find([tmp_path])
