"""The exact join misses no pair: compared with every pair of small and tricky texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from pipeline.reuse.candidates import unique_pairs
from pipeline.reuse.filters import allowed
from pipeline.reuse.join import join
from pipeline.reuse.matching import cost, match
from pipeline.reuse.text import normalise

ALPHABET = "教育学校安全甲乙丙丁"


@st.composite
def families(draw):
    """Texts over few characters, many of them edited copies of others."""
    texts = draw(st.lists(st.text(ALPHABET, max_size=60), min_size=1, max_size=6))
    for _ in range(draw(st.integers(0, 6))):
        copy = list(draw(st.sampled_from(texts)))
        for _ in range(draw(st.integers(0, 8))):
            at = draw(st.integers(0, len(copy)))
            if draw(st.booleans()):
                copy[at : at + 1] = draw(st.text(ALPHABET, max_size=2))
            else:
                cut = copy[at : at + 12]
                del copy[at : at + 12]
                to = draw(st.integers(0, len(copy)))
                copy[to:to] = cut
        texts.append("".join(copy))
    return texts


def found(texts: list[str], share: float, **options: object) -> set[tuple[int, int]]:
    corpus = normalise(texts)
    pairs = join(corpus.codes, corpus.starts, share, **options)
    return (
        {tuple(sorted(pair)) for pair in pairs.tolist()}
        if not options.get("within")
        else set(map(tuple, pairs.tolist()))
    )


@pytest.mark.parametrize("share", [0.6, 0.8, 0.95])
@settings(max_examples=60, deadline=None)
@given(families())
def test_every_pair_within_the_edit_distance_is_found(share, texts):
    wanted = {
        (i, j)
        for j in range(len(texts))
        for i in range(j)
        if texts[i]
        and texts[j]
        and Levenshtein.distance(texts[i], texts[j]) <= allowed(np.array(max(len(texts[i]), len(texts[j]))), share)
    }
    assert wanted <= found(texts, share)


@pytest.mark.parametrize("share", [0.7, 0.8])
@settings(max_examples=60, deadline=None)
@given(families())
def test_every_text_that_stands_in_another_is_found_even_with_parts_moved(share, texts):
    corpus = normalise(texts)
    wanted = {
        (i, j)
        for i in range(len(texts))
        for j in range(len(texts))
        if i != j and texts[i] and cost(match(corpus.of(i), corpus.of(j))) <= allowed(np.array(len(texts[i])), share)
    }
    assert wanted <= found(texts, share, within=True)


@settings(max_examples=30, deadline=None)
@given(families(), st.data())
def test_new_texts_with_old_and_old_with_old_make_all(texts, data):
    corpus = normalise(texts)
    new = np.array([data.draw(st.booleans()) for _ in texts])
    pairs = unique_pairs(join(corpus.codes, corpus.starts, 0.8), len(texts))
    some = unique_pairs(join(corpus.codes, corpus.starts, 0.8, new=new), len(texts))
    touching = {tuple(pair) for pair in pairs.tolist() if new[pair[0]] or new[pair[1]]}
    assert touching == {tuple(pair) for pair in some.tolist()}


def test_unrelated_texts_cost_nothing():
    texts = [chr(0x4E00 + 50 * i) * 3 + "".join(chr(0x5000 + 40 * i + k) for k in range(40)) for i in range(200)]
    assert found(texts, 0.8) == set()


def test_nothing_in_nothing_out():
    assert found([], 0.8) == set()
    assert found(["", "，。"], 0.8) == set()
