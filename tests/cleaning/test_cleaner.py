"""The whole of cleaning: proof, order, real documents."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cleaning import Cleaned, clean
from pipeline.settings import CleanParams

PARAMS = CleanParams()
PIECES = [
    "學(xué)校",
    "加强管理,",
    "\n",
    " ",
    "　　",
    "一、",
    "1.",
    "(一)",
    "《",
    "》",
    "“",
    "”",
    "|",
    "||||",
    "PM",
    "2.5",
    "...",
    "\u200b",
    "…",
    "打印本页",
    "发布时间：2023-03-06",
    "著力",
    "教育",
    "。",
    "％",
    "ａ",
    '"',
    "\r\n",
    "\t",
    "首页 > 要闻",
    "2023年",
]


def proven(source: str, cleaned: Cleaned) -> None:
    """The laws that hold for every text."""
    offsets = cleaned.offsets
    assert (offsets.n_source, offsets.n_clean) == (len(source), len(cleaned.text))
    assert cleaned.n_removed_chars == offsets.n_removed
    step = max(1, len(cleaned.text) // 200)
    for start in range(0, len(cleaned.text), step):
        span = offsets.to_source(start, start + 1)
        back = offsets.to_clean(*span)
        assert back.start <= start < back.end
    for change in cleaned.changes:
        assert 0 <= change.source_start <= change.source_end <= len(source)
        assert change.before != change.after
        assert change.rule
    unchanged = {change.source_start for change in cleaned.changes}
    for start in range(0, len(cleaned.text), step):
        span = offsets.to_source(start, start + 1)
        if span.end - span.start == 1 and cleaned.text[start] != source[span.start]:
            assert any(c.source_start <= span.start < c.source_end for c in cleaned.changes), unchanged


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_laws_for_any_text(source: str) -> None:
    cleaned = clean(source, PARAMS)
    proven(source, cleaned)
    assert cleaned == clean(source, PARAMS) or cleaned.text == clean(source, PARAMS).text


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_clean_text_has_no_invisible_or_double_blanks(source: str) -> None:
    text = clean(source, PARAMS).text
    assert "\u200b" not in text
    assert "\r" not in text
    assert "  " not in text
    assert "\n\n" not in text
    assert text == text.strip("\n ")


def test_empty_and_blank() -> None:
    assert clean("", PARAMS).text == ""
    assert clean(" \n　\n", PARAMS).text == ""


def test_a_page_in_traditional_script_with_readings() -> None:
    source = (
        "首頁 > 要點\n望潮市教育局2022年工作要點\n1.加強學(xué)校黨(dǎng)建,著力發(fā)展素質教育,成效顯著。\n"
        "2.開齊開足課程。\n責任編輯:林某"
    )
    cleaned = clean(source, PARAMS)
    assert cleaned.text == "望潮市教育局2022年工作要点\n1.加强学校党建，着力发展素质教育，成效显著。\n2.开齐开足课程。"
    assert cleaned.script == "hant"
    assert cleaned.count("reading") == 3
    start = cleaned.text.index("学校党建")
    assert source[slice(*cleaned.offsets.to_source(start, start + 4))] == "學(xué)校黨(dǎng)建"
    proven(source, cleaned)


@pytest.mark.real
def test_all_real_documents(real_corpus: Path) -> None:
    for file in sorted(real_corpus.glob("*/*.txt")):
        source = file.read_text("utf-8")
        cleaned = clean(source, PARAMS)
        proven(source, cleaned)
        assert len(cleaned.text) > 0.6 * len(source), file.name
        lines = set(cleaned.text.split("\n"))
        assert not lines & {"下载", "打印", "】", "首页", ">", "收藏", "相关报道：", "责任编辑："}, file.name
        for chrome in (
            "打印本页",
            "关闭窗口",
            "【字号",
            "Public domain",
            "||",
            "\u3000",
            "责任编辑",
            "累计次数",
            "我来说两句",
        ):
            assert chrome not in cleaned.text, (file.name, chrome)


@pytest.mark.real
def test_the_damaged_document(real_corpus: Path) -> None:
    cleaned = clean((real_corpus / "seeds" / "001_538eaab589c51f4b.txt").read_text("utf-8"), PARAMS)
    assert cleaned.script == "hant"
    assert cleaned.n_repaired + cleaned.n_damaged == 5
    wanted = {
        "确保县域内",
        "学校考试招生录取模式",
        "新教育体系。”加强对年度改革任务",
        "人生第一粒扣子",
        "加强学校“三防”基础设施",
    }
    assert sum(text in cleaned.text for text in wanted) == cleaned.n_repaired >= 3
    assert "区域学前教育" in cleaned.text
    assert cleaned.count("misplaced_reading") == 2
    assert not set(cleaned.text) & set("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ")


@pytest.mark.real
def test_time_beside_opencc(real_corpus: Path) -> None:
    """Cleaning an undamaged document takes no more than some tens of times OpenCC's own conversion."""
    from opencc import OpenCC

    texts = [file.read_text("utf-8") for file in sorted((real_corpus / "provinces").glob("*.txt"))]
    converter = OpenCC("tw2s")
    for text in texts:
        clean(text, PARAMS)
    start = time.process_time()
    for text in texts:
        converter.convert(text)
    alone = time.process_time() - start
    start = time.process_time()
    for text in texts:
        clean(text, PARAMS)
    ours = time.process_time() - start
    assert ours < 40 * alone, f"{ours / alone:.1f} times"
