"""Traditional to simplified, and bracketed readings."""

from __future__ import annotations

import pytest

from pipeline.cleaning.draft import Draft, ordered
from pipeline.cleaning.readings import find, is_reading
from pipeline.cleaning.script import detect, simplify, to_simplified


@pytest.mark.parametrize(
    ("hant", "hans"),
    [
        ("著力提升", "着力提升"),
        ("看著", "看着"),
        ("執著", "执着"),
        ("隨著", "随着"),
        ("著眼", "着眼"),
        ("成效顯著", "成效显著"),
        ("著名學者", "著名学者"),
        ("學術專著", "学术专著"),
        ("原著", "原著"),
        ("成績卓著", "成绩卓著"),
        ("論著", "论著"),
        ("臭名昭著", "臭名昭著"),
        ("乾部", "干部"),
        ("瞭解", "了解"),
        ("反覆", "反复"),
        ("佈局", "布局"),
        ("藉助", "借助"),
        ("裏面", "里面"),
    ],
)
def test_characters_by_context(hant: str, hans: str) -> None:
    assert to_simplified(hant) == hans


def test_script_is_judged_by_the_whole_text() -> None:
    assert detect("加強學校黨建工作，發展素質教育") == "hant"
    assert detect("加强学校党建工作，发展素质教育，於氏家族") == "hans"
    assert detect("") == "hans"


def test_simplified_text_keeps_a_traditional_name() -> None:
    draft = Draft.of("加强学校建设。著名学者於某来访。")
    simplify(draft, "hans")
    assert draft.text == "加强学校建设。著名学者於某来访。"
    assert draft.changes == []


def test_a_traditional_paragraph_in_a_simplified_text() -> None:
    draft = Draft.of("加强学校建设，发展素质教育。\n加強學校黨建工作，發展素質教育。")
    simplify(draft, "hans")
    assert draft.text == "加强学校建设，发展素质教育。\n加强学校党建工作，发展素质教育。"


@pytest.mark.parametrize("gloss", ["xué", "xue2", "xue", "jiào", "XUÉ"])
def test_any_reading_of_the_character_counts(gloss: str) -> None:
    assert is_reading("學", gloss) is (gloss != "xue3")


def test_readings_go_and_other_brackets_stay() -> None:
    draft = Draft.of("學(xué)校開展STEM(stem)教育,“互聯網(wǎng)+”,學(lǐ)校,計算(AI)、著（zhù）名")
    draft.apply(ordered(find(draft.text)))
    assert draft.text == "學校開展STEM(stem)教育,“互聯網+”,學(lǐ)校,計算(AI)、著名"
