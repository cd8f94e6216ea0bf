"""Bad files: each set aside with a reason, and the good one beside them still read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.stages.ingest import run
from pipeline.workspace import Workspace

GOOD = """苇塘县教育局2024年工作要点

一、提高质量
1.抓好课堂教学。各校每月开展一次教研活动，全年听课不少于四十节，年底前形成报告。
2.建设平安校园。每季度排查一次隐患，建立台账，限期整改，确保师生平安。
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "good.txt").write_text(GOOD, "utf-8")
    (folder / "copy.txt").write_text(GOOD, "utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.txt").write_text(" \n\u3000\n", "utf-8")
    (folder / "image.txt").write_bytes(PNG)
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 this is no archive")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing follows")
    (folder / "table.csv").write_text("a,b\n1,2\n", "utf-8")
    with zipfile.ZipFile(folder / "mixed.zip", "w") as archive:
        archive.writestr("inside.txt", GOOD.replace("苇塘", "芦塘").encode("gb18030"))
        archive.writestr("nothing.txt", b"")
    return folder


def test_each_bad_file_has_its_reason_and_the_good_ones_are_read(corpus: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    result = run([corpus], workspace, Settings())
    used = result.documents["source_path"].to_list()
    assert "mixed.zip!/inside.txt" in used
    assert len(used) == 2
    rejected = {row["path"]: row for row in workspace.read_jsonl("interim/rejected.jsonl")}
    expected = {
        "empty.txt",
        "blank.txt",
        "image.txt",
        "binary.txt",
        "broken.docx",
        "broken.pdf",
        "table.csv",
        "mixed.zip!/nothing.txt",
    }
    assert expected <= rejected.keys()
    assert all(len(row["detail"]) > 10 for row in rejected.values())
    double = [row for row in rejected.values() if row["reason"] == "duplicate"]
    assert len(double) == 1
    assert "which was used" in double[0]["detail"]
    assert len(used) + len(rejected) == 11


def test_wrong_and_mixed_encodings_do_not_lose_the_document(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    data = GOOD.encode("gb18030")
    middle = len(data) // 2
    (folder / "one-bad-byte.txt").write_bytes(data[:middle] + b"\xff" + data[middle:])
    (folder / "utf16.txt").write_bytes(GOOD.replace("2024", "2023").encode("utf-16"))
    result = run([folder], Workspace(tmp_path / "work"), Settings())
    assert result.documents.height == 2, result.rejected
    texts = "".join(result.documents["text"])
    assert texts.count("苇塘县教育局") >= 2


def test_a_file_over_the_limit_names_the_parameter(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "large.txt").write_text(GOOD * 30, "utf-8")
    settings = Settings.model_validate({"ingest": {"max_file_mb": 0.001}})
    result = run([folder], Workspace(tmp_path / "work"), settings)
    assert [row["reason"] for row in result.rejected] == ["too_large"]
    assert "ingest.max_file_mb" in result.rejected[0]["detail"]
