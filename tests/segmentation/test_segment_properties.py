"""Laws that hold for every text, and bounds on time."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.segmentation import Segmentation, segment
from pipeline.segmentation.numerals import parse_chinese
from pipeline.settings import SegmentParams

PIECES = st.sampled_from(
    [
        *("一、", "二、", "（一）", "（二）", "1.", "2、", "（1）", "①", "一是", "二是", "第一，", "——", "首先，"),
        *("\n", "\n\n", " ", "\t", "。", "；", "：", "，", "《", "》", "“", "”", "（", "）"),
        *("加强管理", "新建5所", "各位代表！", "总体要求", "工作回顾", "附件1", "名词解释", "2024年3月1日", "教育局"),
        *("序号\t任务\t责任单位", "3\t修路\t办公室", "推进改革。", "占比达56%以上", "6月底前", "牵头单位：人事科"),
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=300)


def cut(text: str) -> Segmentation:
    return segment(text, title="", doc_type="plan", plan_year=2024, damaged=[], params=SegmentParams())


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_measures_are_ordered_disjoint_slices_of_the_text(text: str):
    result = cut(text)
    assert [measure.ordinal for measure in result.measures] == list(range(1, len(result.measures) + 1))
    position = 0
    for measure in result.measures:
        assert measure.text == text[measure.start : measure.end] != ""
        assert position <= measure.start
        position = measure.end


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_paths_are_unique_and_offsets_of_details_lead_to_their_text(text: str):
    measures = cut(text).measures
    assert len({measure.path for measure in measures}) == len(measures)
    for measure in measures:
        for target in measure.targets:
            assert text[target.start : target.end] == target.text
            assert measure.start <= target.start < target.end <= measure.end
        for citation in measure.citations:
            assert text[citation.start] == "《"
            assert citation.title in text[citation.start : citation.end]
        for duty in measure.duties:
            assert text[duty.start : duty.end] == duty.unit
        for due in measure.deadlines:
            assert text[due.start : due.end] == due.text


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_no_line_is_lost(text: str):
    result = cut(text)
    kept = [(part.start, part.end) for parts in (result.measures, result.skipped, result.outline) for part in parts]
    position = 0
    for line in text.split("\n"):
        start, position = position, position + len(line) + 1
        if re.search(r"[\u4e00-\u9fff]{4}", line):
            assert any(left < start + len(line) and start < right for left, right in kept), line


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_nothing_is_both_measure_and_set_aside(text: str):
    result = cut(text)
    covered = [False] * len(text)
    for measure in result.measures:
        covered[measure.start : measure.end] = [True] * (measure.end - measure.start)
    for skip in result.skipped:
        assert 0 <= skip.start <= skip.end <= len(text)
        assert skip.reason
        assert not any(covered[skip.start : skip.end])


@given(TEXTS, TEXTS)
@settings(max_examples=100, deadline=None)
def test_segmentation_is_a_function_of_the_text(first: str, second: str):
    before = cut(first)
    cut(second)
    assert cut(first) == before


@given(st.integers(1, 9999))
def test_chinese_numerals_read_back(number: int):
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]
    written = ""
    for place, char in enumerate(reversed(str(number))):
        written = (digits[int(char)] + units[place] if char != "0" else "零") + written
    assert parse_chinese(written) == number
