"""Paragraphs that a page prints in pieces: put together, and said to be a guess."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from reports import cut, heads

FIELDS = "路桥渠库井站田林果茶桑渔牧粮棉油糖菜药花"
PIECE = "各乡镇分工负责，县里逐月督促，资金按进度拨付，质量由专人把关，群众代表全程参与，结果张榜公布。"


def _broken(fields: str) -> str:
    """A report whose paragraphs are printed in three lines each, only the first of which names its topic."""
    lines = [f"加强{name}类项目建设。{PIECE}\n{PIECE}\n其余{PIECE}" for name in fields]
    return "一、今年工作任务\n" + "\n".join(lines)


def test_pieces_without_a_topic_join_the_paragraph_above_and_are_flagged():
    result = cut(_broken(FIELDS * 2))
    assert heads(result, 6) == [f"加强{name}类项目" for name in FIELDS * 2]
    assert all(measure.flags == ["pieces"] for measure in result.measures)


def test_a_numbered_item_is_a_guess_only_where_pieces_were_joined_to_it():
    items = f"办好两件实事。一是修路。{PIECE}\n{PIECE}二是通水。{PIECE}\n加强队伍建设。{PIECE}"
    result = cut(f"{_broken(FIELDS)}\n（一）民生。{PIECE}\n{items}")
    flags = {measure.number: measure.flags for measure in result.measures}
    assert flags["一是"] == ["pieces"]
    assert flags["二是"] == []


def test_a_report_printed_whole_is_left_alone():
    lines = [f"加强{name}类项目建设。{PIECE * 5}" for name in FIELDS * 4]
    result = cut("一、今年工作任务\n" + "\n".join(lines))
    assert len(result.measures) == len(lines)
    assert not any(measure.flags for measure in result.measures)


def test_an_enumeration_that_goes_on_in_the_next_line_is_one_in_any_document():
    text = (
        "一、今年工作任务\n（一）民生\n"
        f"办好几件实事。一是修路。{PIECE}\n{PIECE}二是通水。{PIECE}三是建校。{PIECE}\n加强队伍建设。{PIECE}\n加强作风建设。{PIECE}"
    )
    result = cut(text)
    assert [measure.number for measure in result.measures] == ["一是", "二是", "三是", "", ""]
    assert not any("pieces" in measure.flags for measure in result.measures)


@given(
    st.lists(st.sampled_from([PIECE, "加强路类项目建设。" + PIECE, "（一）民生", "一是修路。" + PIECE]), max_size=90)
)
def test_nothing_is_lost_or_doubled(lines: list[str]):
    text = "一、今年工作任务\n" + "\n".join(lines)
    result = cut(text)
    spans = sorted((part.start, part.end) for part in (*result.measures, *result.skipped))
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert all(text[measure.start : measure.end] == measure.text for measure in result.measures)
