"""Bytes to text, whatever they are declared to be."""

from __future__ import annotations

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UnusableDocument
from pipeline.ingestion.decoding import commonness, declared_encoding, decode

TEXT = "临澜市教育局2023年工作要点\n一、加强学校建设。\n1.新建幼儿园三所，新增学位九百个。\n"
HANT = "望潮市教育局2022年工作要點\n一、加強學校建設。\n1.新建幼兒園三所，新增學位九百個。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_undeclared_encodings(encoding: str) -> None:
    decoded = decode(TEXT.encode(encoding))
    assert decoded.text == TEXT
    assert decoded.encoding == encoding


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_byte_order_marks_go(mark: bytes, encoding: str) -> None:
    decoded = decode(mark + TEXT.encode(encoding))
    assert (decoded.text, decoded.encoding) == (TEXT, encoding)


def test_big5() -> None:
    decoded = decode(HANT.encode("big5"))
    assert decoded.text == HANT
    assert decoded.encoding == "big5hkscs"


@pytest.mark.parametrize("declared", ["gb2312", "big5", "iso-8859-1"])
def test_a_wrong_declaration_is_noted_and_ignored(declared: str) -> None:
    decoded = decode(TEXT.encode(), declared)
    assert decoded.text == TEXT
    assert decoded.notes == (f"declared {declared}, but it is utf-8",)


def test_gb18030_under_a_utf8_mark() -> None:
    assert decode(codecs.BOM_UTF8 + TEXT.encode("gb18030")).text == TEXT


def test_one_bad_byte_costs_a_line_at_most() -> None:
    lines = [f"{i}.新建幼儿园{i}所，新增学位{i}百个。" for i in range(500)]
    data = bytearray("\n".join(lines).encode("gb18030"))
    broken = data.index("新增学位250百个".encode("gb18030")) + 1
    del data[broken]
    decoded = decode(bytes(data))
    got = decoded.text.split("\n")
    assert len(got) == 500
    assert [i for i in range(500) if got[i] != lines[i]] == [250]
    assert decoded.encoding == "gb18030"


def test_lines_in_two_encodings() -> None:
    first, second = TEXT, "2.改善办学条件，更新教室照明。\n" * 3
    decoded = decode(first.encode() + second.encode("gb18030"))
    assert decoded.text == first + second
    assert decoded.encoding == "utf-8+gb18030"
    assert "different encodings" in decoded.notes[0]


def test_what_fits_nothing_is_refused_with_figures() -> None:
    data = bytes([0xFF, 0x80, 0xFE, 0xFF]) * 400
    with pytest.raises(UnusableDocument) as caught:
        decode(data)
    assert caught.value.reason == "encoding"


def test_declared_encoding_is_found_in_markup() -> None:
    assert declared_encoding(b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">') == "gb2312"
    assert declared_encoding(b"no declaration") is None


def test_commonness_tells_right_from_wrong() -> None:
    assert commonness(TEXT) > 0.3
    assert commonness(TEXT.encode("gb18030").decode("big5hkscs", "replace")) < 0.15


@given(st.binary(max_size=400))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(UnusableDocument):
        assert isinstance(decode(data).text, str)
