"""Two texts side by side: relations, figures and the marked differences."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reuse import align
from pipeline.reuse.matching import backward, cost, match
from pipeline.reuse.text import normalise
from pipeline.settings import ReuseParams

PARAMS = ReuseParams()
TEXT = st.text("教育学校安全管理甲乙丙丁2023，。", max_size=80)


def marked(a: str, b: str, **options: object) -> list[tuple[str, str, str]]:
    spans = align(a, b, PARAMS, **options).spans
    return [(span.kind, a[span.a_start : span.a_end], b[span.b_start : span.b_end]) for span in spans]


def test_one_number_changed():
    a, b = "新建公办幼儿园3所，新增学位1080个，重点保障乡镇。", "新建公办幼儿园5所，新增学位1080个，重点保障乡镇。"
    result = align(a, b, PARAMS)
    assert result.relation == "near"
    assert result.edit_similarity < result.template_similarity == 1.0
    assert ("changed", "3", "5") in marked(a, b)


def test_a_template_with_other_place_and_numbers_is_found_although_a_quarter_of_it_differs():
    a = "清远市2023年新建公办幼儿园3所，新增学位1080个，重点保障乡镇。"
    b = "通州区2024年新建公办幼儿园12所，新增学位3600个，重点保障乡镇。"
    result = align(a, b, PARAMS, places=((None, "清远市", None), (None, None, "通州区")))
    assert result.edit_similarity < PARAMS.near
    assert (result.relation, result.containment_a, result.containment_b) == ("near", 1.0, 1.0)
    assert align(a, b, PARAMS).containment_a < 1.0


def test_traditional_script_and_punctuation_are_identical():
    assert align("加強學校安全管理；落實責任", "加强学校安全管理，落实责任。", PARAMS).relation == "identical"


def test_clauses_in_another_order_have_moved():
    a = "落实校长第一责任，开展隐患排查整治。每月组织一次应急疏散演练。"
    b = "每月组织一次应急疏散演练。落实校长第一责任，开展隐患排查整治。"
    result = align(a, b, PARAMS)
    assert result.edit_similarity < PARAMS.near
    assert result.containment_a == result.containment_b == 1.0
    assert [kind for kind, _, _ in marked(a, b)].count("moved") == 1


def test_a_sentence_taken_into_a_longer_measure():
    a = "推进教育数字化，用好国家平台，不搞重复建设。"
    b = "强化保障。" + a + "配齐专任教师，足额安排经费，按月通报进度，年底开展评估并公布结果。"
    result = align(a, b, PARAMS)
    assert (result.relation, align(b, a, PARAMS).relation) == ("contained", "contains")
    assert result.containment_a == 1.0 > result.containment_b
    assert ("added", "", "强化保障") in marked(a, b)


def test_texts_on_one_topic_in_their_own_words_are_not_related_by_wording():
    a = "加强校园安全管理，落实校长第一责任，开展隐患排查。"
    b = "各校要绷紧安全这根弦，门卫和宿管值守到位，发现问题马上整改。"
    assert align(a, b, PARAMS).relation == "none"


def test_empty_texts_are_related_to_nothing():
    assert align("", "", PARAMS).relation == align("。", "教育", PARAMS).relation == "none"


@settings(max_examples=80, deadline=None)
@given(TEXT, TEXT)
def test_spans_lie_in_order_and_cover_every_letter_of_both_texts(a, b):
    spans = align(a, b, PARAMS).spans
    for side, text in (("a", a), ("b", b)):
        covered = np.zeros(len(text), int)
        for span in spans:
            covered[getattr(span, f"{side}_start") : getattr(span, f"{side}_end")] += 1
        assert covered.max(initial=0) <= 1
        assert all(covered[at] == 1 for at in normalise([text]).positions)
    assert [span.a_start for span in spans] == sorted(span.a_start for span in spans)


@settings(max_examples=80, deadline=None)
@given(TEXT, TEXT)
def test_a_counterpart_has_the_same_character_and_is_used_once(a, b):
    x, y = normalise([a]).codes, normalise([b]).codes
    forward = match(x, y)
    used = forward[forward >= 0]
    assert len(set(used.tolist())) == len(used)
    assert all(x[i] == y[j] for i, j in enumerate(forward) if j >= 0)
    assert (backward(forward, len(y)) >= 0).sum() == len(used)


@settings(max_examples=40, deadline=None)
@given(TEXT)
def test_a_text_is_identical_with_itself(text):
    result = align(text, text, PARAMS)
    empty = len(normalise([text]).codes) == 0
    assert result.relation == ("none" if empty else "identical")
    assert empty or result.containment_a == result.edit_similarity == 1.0
    codes = normalise([text]).codes
    assert cost(match(codes, codes)) == 0
