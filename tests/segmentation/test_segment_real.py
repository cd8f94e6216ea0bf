"""The five real plans, cleaned by the real cleaner: counts and facts of the first issue's table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pipeline.cleaning import clean
from pipeline.segmentation import Segmentation, segment
from pipeline.settings import CleanParams, SegmentParams

if TYPE_CHECKING:
    from pathlib import Path

CHROME = ("打印本页", "关闭窗口", "责任编辑", "相关评论", "|", "发布时间", "浏览", "客服", "上一篇")

pytestmark = pytest.mark.real


def cut(path: Path, plan_year: int | None = None) -> Segmentation:
    cleaned = clean(path.read_text("utf-8"), CleanParams())
    return segment(
        cleaned.text,
        title="",
        doc_type="plan",
        plan_year=plan_year,
        damaged=cleaned.damaged_spans,
        params=SegmentParams(),
    )


def seed(real_corpus: Path, number: str) -> Segmentation:
    (path,) = (real_corpus / "seeds").glob(f"{number}_*.txt")
    return cut(path, {"002": 2023, "003": 2020}.get(number))


@pytest.mark.parametrize(("number", "count"), [("000", 18), ("001", 39), ("004", 35)])
def test_running_numbers(real_corpus: Path, number: str, count: int):
    measures = seed(real_corpus, number).measures
    assert [int(measure.number.rstrip(".、")) for measure in measures] == list(range(1, count + 1))
    assert [int(measure.path.rsplit(".", 1)[-1]) for measure in measures] == list(range(1, count + 1))


def test_one_line_in_a_table_dump(real_corpus: Path):
    measures = seed(real_corpus, "002").measures
    expected = [f"{section}.{item}" for section, items in ((1, 6), (2, 10), (3, 10)) for item in range(1, items + 1)]
    assert [measure.path for measure in measures] == expected
    assert sum("headline_only" in measure.flags for measure in measures) == 10
    assert {len(measure.heading_path) for measure in measures} == {1}


def test_review_and_plan(real_corpus: Path):
    measures = seed(real_corpus, "003").measures
    assert [measure.kind for measure in measures] == ["achievement"] * 7 + ["plan"] * 7
    assert [measure.path for measure in measures] == [f"{part}.{item}" for part in (1, 2) for item in range(1, 8)]


def test_enumeration_inside_an_item_stays(real_corpus: Path):
    item = seed(real_corpus, "004").measures[26]
    assert item.number == "27."
    assert all(f"{digit}是" in item.text for digit in "一二三四五六七八九")


def test_no_chrome_in_any_measure(real_corpus: Path):
    for path in sorted(real_corpus.rglob("*.txt")):
        for measure in cut(path).measures:
            assert not any(word in measure.text for word in CHROME), (path.name, measure.path)


def test_every_report_gives_measures_under_headings(real_corpus: Path):
    for folder in ("provinces", "national"):
        for path in sorted((real_corpus / folder).glob("*.txt")):
            year = int(re.search(r"\d{4}", path.name)[0])
            measures = cut(path, year).measures
            assert len(measures) >= 25, path.name
            assert len({measure.path for measure in measures}) == len(measures)
            assert sum(bool(measure.heading_path) for measure in measures) >= 0.95 * len(measures), path.name
            assert {"plan", "achievement"} <= {measure.kind for measure in measures}, path.name
