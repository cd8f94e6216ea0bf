"""PDF files: paragraphs from printed lines, no running heads."""

from __future__ import annotations

import pytest
from filemakers import page, pdf

from pipeline.errors import UnusableDocument
from pipeline.ingestion import pdf as reader

LONG = (
    "1.新建三所小学。今年六月底前完成选址和设计，九月开工建设，"
    "明年秋季学期投入使用，新增学位两千四百个，缓解城南片区入学压力。"
)


def test_lines_become_paragraphs_and_margins_go() -> None:
    pages = [
        page(["一、加强学校建设", LONG], header="临澜市教育局文件", number=1),
        page(["2.改造十二所农村学校的操场。", "二、提高质量"], header="临澜市教育局文件", number=2),
        page([LONG.replace("1.", "3.")], header="临澜市教育局文件", number=3),
    ]
    text = reader.read(pdf(pages)).text
    assert text.split("\n") == [
        "一、加强学校建设",
        LONG,
        "2.改造十二所农村学校的操场。",
        "二、提高质量",
        LONG.replace("1.", "3."),
    ]


def test_a_paragraph_runs_on_over_the_page() -> None:
    first = [*page(["一、加强学校建设"]), (90.0, 100.0, 15.0, "改造十二所农村学校的操场并更新体育器材设备")]
    second = [(90.0, 760.0, 15.0, "和图书。")]
    assert "更新体育器材设备和图书。" in reader.read(pdf([first, second])).text


def test_text_in_a_page_body_is_no_furniture() -> None:
    pages = [page(["一、总则", "坚持五育并举。"]), page(["二、任务", "坚持五育并举。"])]
    assert reader.read(pdf(pages)).text.count("坚持五育并举。") == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"%PDF-1.4\ncut off", "broken"), (pdf([[]]), "no_text"), (pdf([page(["一、甲"])])[:600], "broken")],
)
def test_refusals(data: bytes, reason: str) -> None:
    with pytest.raises(UnusableDocument) as caught:
        reader.read(data)
    assert caught.value.reason == reason
