"""One door for every file: documents, and a reason for everything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from filemakers import numbered_docx, page, pdf, zipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.ingestion.readers import read
from pipeline.settings import IngestParams

PARAMS = IngestParams()
TEXT = "临澜市教育局2023年工作要点\n一、加强学校建设。\n1.新建幼儿园三所，新增学位九百个。\n"
HTML = b"<html><body><p>" + "一、加强学校建设，办好家门口的学校。".encode() * 5 + b"</p></body></html>"
GOOD = {
    "a.txt": TEXT.encode("gb18030"),
    "b.html": HTML,
    "c.docx": numbered_docx([("decimal", "%1.")], [(0, "新建学校三所")]),
    "d.pdf": pdf([page(["一、加强学校建设"])]),
}


def test_an_archive_yields_its_members_and_names_what_failed() -> None:
    inner = zipped({"f.txt": TEXT.encode()})
    data = zipped(
        {**GOOD, "坏.png": b"\x89PNG\r\n\x1a\n" + bytes(50), "空.txt": b"", "内/inner.zip": inner, "__MACOSX/x": b"1"}
    )
    result = read(data, "all.zip", PARAMS)
    assert [document.path for document in result.documents] == [
        *(f"all.zip!/{name}" for name in GOOD),
        "all.zip!/内/inner.zip!/f.txt",
    ]
    assert [(item.path, item.reason) for item in result.rejected] == [
        ("all.zip!/坏.png", "binary"),
        ("all.zip!/空.txt", "empty"),
    ]
    assert all(item.detail for item in result.rejected)


def test_the_name_does_not_decide() -> None:
    for name, data in GOOD.items():
        result = read(data, "wrong.txt", PARAMS)
        assert not result.rejected, name
        assert result.documents[0].text


def test_limits() -> None:
    small = IngestParams(max_file_mb=0.001, max_archive_files=3, max_archive_mb=0.01)
    assert read(b"a" * 2000, "a.txt", small).rejected[0].reason == "too_large"
    many = zipped({f"{i}.txt": b"a" for i in range(9)})
    assert read(many, "a.zip", IngestParams(max_archive_files=3)).rejected[0].reason == "too_large"
    nested = zipped({"a.txt": TEXT.encode()})
    for _ in range(6):
        nested = zipped({"n.zip": nested})
    assert "nested" in read(nested, "a.zip", PARAMS).rejected[0].detail


def test_an_empty_archive_is_said_to_be_empty() -> None:
    assert read(zipped({}), "a.zip", PARAMS).rejected[0].reason == "empty"


def test_names_packed_on_chinese_windows() -> None:
    data = zipped({"2023.txt": TEXT.encode()}).replace(b"2023.txt", "要点".encode("gb18030") + b".txt")
    assert read(data, "a.zip", PARAMS).documents[0].path == "a.zip!/要点.txt"


def test_reading_twice_gives_the_same() -> None:
    data = zipped(GOOD)
    assert read(data, "a.zip", PARAMS) == read(data, "a.zip", PARAMS)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_mutilated_files_never_raise(name: str, data: st.DataObject) -> None:
    whole = bytearray(GOOD[name])
    cut = data.draw(st.integers(1, len(whole)))
    broken = whole[:cut]
    for _ in range(data.draw(st.integers(0, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] ^= data.draw(st.integers(1, 255))
    result = read(bytes(broken), name, PARAMS)
    assert result.documents or result.rejected
    assert all(item.reason and item.detail for item in result.rejected)


@pytest.mark.real
def test_all_real_documents_can_be_read(real_corpus: Path) -> None:
    files = sorted(real_corpus.glob("*/*.txt"))
    assert len(files) >= 51
    for file in files:
        result = read(file.read_bytes(), file.name, PARAMS)
        assert len(result.documents) == 1, result.rejected
