"""PDF files: paragraphs from printed lines, no running heads."""

from __future__ import annotations

from pathlib import Path

import pytest
from filemakers import page, pdf

from pipeline.errors import UnusableDocument
from pipeline.ingestion import pdf as reader
from pipeline.settings import Settings
from pipeline.stages.corpus import find
from pipeline.stages.ingest import ingest
from pipeline.stages.segment import segment_documents

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


def printed(paragraphs: list[str], per_page: int, header: str) -> list[list[tuple[float, float, float, str]]]:
    """Pages as an office prints them: paragraphs broken at 20 characters and over pages, running head, page number."""
    lines = [line for paragraph in paragraphs for line in page([paragraph])]
    pages = []
    for number, start in enumerate(range(0, len(lines), per_page), start=1):
        body = [
            (x, 760.0 - 24.0 * row, size, text)
            for row, (x, _, size, text) in enumerate(lines[start : start + per_page])
        ]
        pages.append([(220.0, 810.0, 9.0, header), *body, (290.0, 40.0, 9.0, f"— {number} —")])
    return pages


PLAN = [
    "一、加强学校建设",
    *(LONG.replace("1.", f"{number}.") for number in range(1, 8)),
    "二、提高教育质量",
    *(LONG.replace("1.", f"{number}.") for number in range(8, 15)),
]


@pytest.mark.parametrize("per_page", [7, 10, 13, 22])
def test_a_plan_over_many_pages_reads_as_it_was_written(per_page: int) -> None:
    pages = printed(PLAN, per_page, "临澜市教育局文件")
    assert len(pages) >= 3
    assert reader.read(pdf(pages)).text.split("\n") == PLAN


def test_the_measures_of_a_printed_plan(tmp_path: Path) -> None:
    data = pdf(printed(["临澜市教育局2024年工作要点", *PLAN], 12, "临澜市教育局文件"))
    (tmp_path / "plan.pdf").write_bytes(data)
    documents = ingest(find([tmp_path]), Settings()).documents
    measures, _ = segment_documents(documents, Settings())
    assert documents.select("issuer", "plan_year").row(0) == ("临澜市教育局", 2024)
    assert measures["number"].to_list() == [f"{number}." for number in range(1, 15)]
    assert set(measures["text"]) == {LONG.removeprefix("1.")}
    assert measures["heading_path"].list.last().unique(maintain_order=True).to_list() == [
        "加强学校建设",
        "提高教育质量",
    ]


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [(60.0, 760.0 - 24.0 * row, 12.0, text) for row, text in enumerate(column("一、加强学校建设", "1."))]
    right = [(320.0, 760.0 - 24.0 * row, 12.0, text) for row, text in enumerate(column("二、提高质量", "2."))]
    text = reader.read(pdf([[*left, *right]])).text
    assert text.split("\n") == ["一、加强学校建设", LONG, "二、提高质量", LONG.replace("1.", "2.")]


def column(title: str, number: str) -> list[str]:
    """A title and a paragraph broken at 18 characters."""
    text = LONG.replace("1.", number)
    return [title, *(text[start : start + 18] for start in range(0, len(text), 18))]
