"""Word files: automatic numbers, tables, tracked changes, and files that are none."""

from __future__ import annotations

import io
import zipfile

import docx as python_docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from filemakers import numbered_docx, saved, zipped

from pipeline.errors import UnusableDocument
from pipeline.ingestion import docx
from pipeline.ingestion.archive import Budget
from pipeline.ingestion.listnumbers import chinese, formatted, letters, roman
from pipeline.settings import IngestParams


def lines(data: bytes) -> list[str]:
    return docx.read(data, Budget.of(IngestParams())).text.split("\n")


def test_automatic_numbers_are_written_out() -> None:
    data = numbered_docx(
        [("chineseCountingThousand", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")],
        [
            (None, "潮生区教育局工作要点"),
            (0, "加强党建"),
            (1, "抓学习"),
            (2, "读原著"),
            (2, "办讲座"),
            (1, "抓作风"),
            (2, "查问题"),
            (0, "提高质量"),
            (1, "抓课堂"),
        ],
    )
    assert lines(data) == [
        "潮生区教育局工作要点",
        "一、加强党建",
        "（一）抓学习",
        "1.读原著",
        "2.办讲座",
        "（二）抓作风",
        "1.查问题",
        "二、提高质量",
        "（一）抓课堂",
    ]


def test_levels_may_name_those_above_and_number_on() -> None:
    data = numbered_docx(
        [("decimal", "%1."), ("decimal", "%1.%2")], [(0, "甲"), (1, "乙"), (1, "丙"), (0, "丁"), (1, "戊")]
    )
    assert lines(data) == ["1.甲", "1.1 乙", "1.2 丙", "2.丁", "2.1 戊"]


def test_bullets_and_empty_paragraphs_have_no_number() -> None:
    assert lines(numbered_docx([("bullet", "•"), ("decimal", "%2.")], [(0, "甲"), (1, ""), (1, "乙")])) == [
        "甲",
        "",
        "1.乙",
    ]


def test_a_style_can_carry_the_number() -> None:
    document = python_docx.Document()
    document.add_paragraph("新建三所", style="List Number")
    document.add_paragraph("改造两所", style="List Number")
    assert lines(saved(document)) == ["1.新建三所", "2.改造两所"]


def test_tables_are_rows_in_their_place() -> None:
    document = python_docx.Document()
    document.add_paragraph("任务清单")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(
        table._cells, ["任务", "责任单位", "时限", "新建学校\n三所", "发展规划科", "6月底"], strict=True
    ):
        cell.text = text
    document.add_paragraph("附注")
    assert lines(saved(document)) == ["任务清单", "任务\t责任单位\t时限", "新建学校 三所\t发展规划科\t6月底", "附注"]


def test_tracked_changes_are_accepted_and_hidden_text_left_out() -> None:
    document = python_docx.Document()
    paragraph = document.add_paragraph("新建")
    for xml in (
        "<w:del {}><w:r><w:delText>两</w:delText></w:r></w:del>",
        "<w:ins {}><w:r><w:t>三</w:t></w:r></w:ins>",
        "<w:r {}><w:rPr><w:vanish/></w:rPr><w:t>（内部）</w:t></w:r>",
        "<w:r {}><w:t>所学校</w:t></w:r>",
        "<w:r {}><w:instrText>PAGE</w:instrText></w:r>",
    ):
        paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
    assert lines(saved(document)) == ["新建三所学校"]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"word/document.xml": b"<w:document"}, "broken"),
        ({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"}, "broken"),
    ],
)
def test_broken_files(members: dict[str, bytes], reason: str) -> None:
    with pytest.raises(UnusableDocument) as caught:
        lines(zipped(members))
    assert caught.value.reason == reason


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = zipped({"word/document.xml": b" " * 60_000_000})
    assert len(data) < 100_000
    with pytest.raises(UnusableDocument) as caught:
        lines(data)
    assert caught.value.reason == "too_large"
    assert "bomb" in caught.value.detail


def test_a_file_without_text() -> None:
    with pytest.raises(UnusableDocument) as caught:
        lines(saved(python_docx.Document()))
    assert caught.value.reason == "no_text"


def test_a_member_cut_short() -> None:
    whole = numbered_docx([], [(None, "新建三所学校" * 50)])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/document.xml"] = members["word/document.xml"][:900]
    with pytest.raises(UnusableDocument) as caught:
        lines(zipped(members))
    assert caught.value.reason == "broken"


def test_numerals() -> None:
    assert [chinese(n) for n in (1, 10, 12, 20, 21, 100, 105, 110, 1001)] == [
        "一",
        "十",
        "十二",
        "二十",
        "二十一",
        "一百",
        "一百零五",
        "一百一十",
        "一千零一",
    ]
    assert [letters(n) for n in (1, 26, 27)] == ["a", "z", "aa"]
    assert [roman(n) for n in (4, 9, 14, 40)] == ["iv", "ix", "xiv", "xl"]
    assert formatted(3, "decimalEnclosedCircle") == "③"
    assert formatted(2, "ideographTraditional") == "乙"
