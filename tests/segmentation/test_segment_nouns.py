"""Noun phrases at the edges of clauses, in our own wording."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.segmentation.nouns import ends_in_verb, first_phrase, last_phrase


@pytest.mark.parametrize(
    ("clause", "noun"),
    [
        ("乡村教师走上讲台", "乡村教师"),
        ("监测村庄稳定消除隐患", "监测村庄"),
        ("垃圾处理设施", "垃圾处理设施"),
        ("“双优计划”学校", "“双优计划”学校"),
        ("县正式验收", "县"),
        ("培训", ""),
        ("", ""),
    ],
)
def test_the_noun_phrase_after_a_figure(clause: str, noun: str):
    assert first_phrase(clause) == noun


@pytest.mark.parametrize(
    ("clause", "noun"),
    [
        ("办结群众来信", "群众来信"),
        ("县财政支持村级道路养护", "村级道路养护"),
        ("储备规模", "储备规模"),
        ("城镇新增就业", "城镇新增就业"),
        ("电影院等场馆", "场馆"),
        ("供水、供气等管网", "供水、供气等管网"),
        ("", ""),
    ],
)
def test_the_noun_phrase_before_a_figure(clause: str, noun: str):
    assert last_phrase(clause) == noun


def test_a_verb_before_the_figure_acts_on_what_follows():
    assert ends_in_verb("县里今年安排")
    assert not ends_in_verb("县财政收入")
    assert not ends_in_verb("")


@given(st.text(alphabet="教师学校培训建设新增的、等“”（）和12", max_size=24))
def test_a_phrase_is_part_of_its_clause(clause: str):
    assert clause.startswith(first_phrase(clause))
    assert clause.endswith(last_phrase(clause))
