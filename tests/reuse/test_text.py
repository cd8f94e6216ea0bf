"""Normalised text and class tokens."""

from __future__ import annotations

import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reuse.classes import NUMBER, PLACE, any_digit, place_names, tokenise
from pipeline.reuse.text import normalise

ANY = st.lists(st.text(max_size=40), max_size=8)
NOWHERE = (None, None, None)


def test_width_case_script_and_punctuation_do_not_count():
    corpus = normalise(["（一） 加強ＡＩ教育，落實。", "(一)加强ai教育落实"])
    assert corpus.of(0).tolist() == corpus.of(1).tolist()


def test_zhe_keeps_its_two_readings_apart():
    corpus = normalise(["著力解決", "着力解决", "显著提高"])
    assert corpus.of(0).tolist() == corpus.of(1).tolist()
    assert chr(corpus.of(2)[1]) in "着著"


def test_a_span_leads_back_to_its_characters():
    text = "（1）推进 “双减”。"
    corpus = normalise(["前文", text])
    start, end = corpus.span(1, 1, 4)
    assert text[start:end] == "推进 “双"


@given(ANY)
def test_every_code_comes_from_a_letter_or_digit_of_its_own_text(texts):
    corpus = normalise(texts)
    assert len(corpus) == len(texts)
    for row, text in enumerate(texts):
        positions = corpus.positions[corpus.starts[row] : corpus.starts[row + 1]]
        assert np.all(np.diff(positions) > 0)
        assert all(unicodedata.category(text[at])[0] in "LN" or ord(text[at]) > 0xFFFF for at in positions)
    assert 0 not in corpus.codes


@given(ANY)
def test_a_text_counts_the_same_alone_and_among_others(texts):
    together = normalise(texts)
    for row, text in enumerate(texts):
        assert together.of(row).tolist() == normalise([text]).of(0).tolist()


@given(ANY, st.data())
def test_taking_rows_keeps_their_codes(texts, data):
    corpus = normalise(texts)
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=5)) if texts else []
    taken = corpus.take(np.array(rows, np.int64))
    assert [taken.of(i).tolist() for i in range(len(rows))] == [corpus.of(row).tolist() for row in rows]


def test_characters_beyond_the_basic_plane_count_without_colliding_with_letters():
    corpus = normalise(["𠮷野家", "吉野家"])
    assert len(corpus.of(0)) == 3
    assert corpus.of(0).tolist() != corpus.of(1).tolist()


def test_numbers_and_own_places_become_tokens():
    corpus = normalise(["清远市2023年新建12所", "我区2024年新建三所"])
    tokens = tokenise(corpus, [("广东省", "清远市", None), (None, None, "通州区")])
    first, second = (tokens.codes[s:e].tolist() for s, e in zip(tokens.starts[:-1], tokens.starts[1:], strict=True))
    assert first == second
    assert first[:2] == [PLACE, NUMBER]


def test_another_bureaus_place_is_no_class_token():
    corpus = normalise(["清远经验"])
    tokens = tokenise(corpus, [(None, None, "通州区")])
    assert PLACE not in tokens.codes


def test_a_place_name_does_not_run_over_the_end_of_a_text():
    corpus = normalise(["工作在清", "远方的学校"])
    tokens = tokenise(corpus, [(None, "清远市", None)] * 2)
    assert PLACE not in tokens.codes


@given(ANY)
def test_tokens_cover_every_code_once(texts):
    corpus = normalise(texts)
    tokens = tokenise(corpus, [NOWHERE] * len(texts))
    assert len(tokens) == len(texts)
    assert tokens.first[-1] == len(corpus.codes)
    assert np.all(np.diff(tokens.first) > 0)
    assert tokens.first[tokens.starts].tolist() == corpus.starts.tolist()


def test_bare_names():
    assert place_names("清远市") == ("清远市", "清远")
    assert place_names("临夏回族自治州")[1] == "临夏"
    assert place_names("广西壮族自治区")[1] == "广西"
    assert place_names("云县") == ("云县",)


def test_digits_alike_keep_their_places():
    corpus = normalise(["2023年12所"])
    assert "".join(map(chr, any_digit(corpus.codes))) == "0000年00所"
