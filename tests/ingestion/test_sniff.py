"""What a file is, whatever its name says."""

from __future__ import annotations

import pytest
from filemakers import numbered_docx, zipped

from pipeline.errors import UnusableDocument
from pipeline.ingestion.sniff import DOCX, media_type

TEXT = "临澜市教育局工作要点\n一、加强学校建设。\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (TEXT.encode(), "text/plain"),
        (TEXT.encode("utf-16"), "text/plain"),
        (TEXT.encode("utf-16-le"), "text/plain"),
        (TEXT.encode("gb18030"), "text/plain"),
        (b"<!DOCTYPE html><html><body><p>a</p></body></html>", "text/html"),
        ("<div><p>一</p><p>二</p><p>三</p></div>".encode("gb18030"), "text/html"),
        ("MZ市的工作要点".encode(), "text/plain"),
        (b"%PDF-1.4 ...", "application/pdf"),
        (zipped({"a.txt": b"x"}), "application/zip"),
        (numbered_docx([], [(None, "一")]), DOCX),
    ],
)
def test_kinds(data: bytes, kind: str) -> None:
    assert media_type(data) == kind


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        (b"", "empty", "no text"),
        (b" \r\n\t\n", "empty", "no text"),
        (b"\xef\xbb\xbf", "empty", "no text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "binary", "PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(99), "binary", "JPEG"),
        (bytes(range(256)) * 9, "binary", "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unsupported", "DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted", "password"),
        (b"{\\rtf1 ...", "unsupported", "RTF"),
        (b"Rar!\x1a\x07\x00...", "unsupported", "RAR"),
        (zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "unsupported", "spreadsheet"),
        (b"PK\x03\x04 cut off", "broken", "damaged"),
    ],
)
def test_refusals_say_what_the_file_is(data: bytes, reason: str, word: str) -> None:
    with pytest.raises(UnusableDocument) as caught:
        media_type(data)
    assert caught.value.reason == reason
    assert word in caught.value.detail
