"""Sketches: what they find beside the exact join, and that nothing but the texts decides it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from pipeline.reuse import jit
from pipeline.reuse import meet as meet_module
from pipeline.reuse import sketch as sketch_module
from pipeline.reuse.candidates import SHORT, near, unique_pairs
from pipeline.reuse.filters import allowed
from pipeline.reuse.meet import meet
from pipeline.reuse.sketch import sketch
from pipeline.reuse.text import Corpus, normalise
from pipeline.reuse.verify import edit_similarity
from pipeline.settings import ReuseParams

PARAMS = ReuseParams()
LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 900)]
WEIGHTS = 1 / np.arange(1, len(LETTERS) + 1)
WEIGHTS /= WEIGHTS.sum()


def edited_copies(seed: int, n: int = 1500, lengths: tuple[int, int] = (60, 160)) -> list[str]:
    """`n` texts and, of 600 of them, a copy with up to 22% of its characters replaced."""
    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(LETTERS, rng.integers(*lengths), p=WEIGHTS)) for _ in range(n)]
    for k in range(600):
        copy = list(texts[k])
        for _ in range(int(len(copy) * rng.uniform(0, 0.22))):
            copy[rng.integers(len(copy))] = LETTERS[rng.integers(900)]
        texts.append("".join(copy))
    return texts


def met(corpus: Corpus) -> np.ndarray:
    return meet(sketch(corpus.codes, corpus.starts, 40, 16), corpus.codes, corpus.starts, PARAMS.near)


def verified(corpus: Corpus, pairs: np.ndarray) -> set[tuple[int, int]]:
    pairs = unique_pairs(pairs, len(corpus))
    kept = edit_similarity(corpus, pairs[:, 0], pairs[:, 1], PARAMS.near) >= PARAMS.near
    return set(map(tuple, pairs[kept].tolist()))


@pytest.mark.parametrize(("seed", "lengths"), [(3, (60, 160)), (4, (20, 60)), (5, (300, 900))])
def test_sketches_find_what_the_exact_join_finds(seed, lengths):
    corpus = normalise(edited_copies(seed, lengths=lengths))
    exact = verified(corpus, near(corpus, PARAMS, exact=True))
    found = verified(corpus, near(corpus, PARAMS, exact=False))
    assert len(exact) > 400
    assert len(found & exact) >= 0.999 * len(exact)


def test_each_pair_comes_once_with_the_smaller_row_first():
    corpus = normalise(edited_copies(6))
    pairs = met(corpus)
    assert np.array_equal(pairs, unique_pairs(pairs, len(corpus)))


def test_the_order_of_the_texts_does_not_matter():
    texts = edited_copies(7, n=700)
    turned = list(np.random.default_rng(1).permutation(len(texts)))
    sets = []
    for rows in (list(range(len(texts))), turned):
        corpus = normalise([texts[row] for row in rows])
        pairs = np.array(rows)[met(corpus)]
        sets.append(set(map(tuple, unique_pairs(pairs.astype(np.int32), len(texts)).tolist())))
    assert sets[0] == sets[1]


@pytest.mark.parametrize("threads", [1, 5])
def test_neither_threads_nor_blocks_decide_anything(monkeypatch, threads):
    corpus = normalise(edited_copies(11, n=700))
    usual = near(corpus, PARAMS, exact=False)
    monkeypatch.setattr(jit, "THREADS", threads)
    monkeypatch.setattr(sketch_module, "BLOCK", 97)
    monkeypatch.setattr(meet_module, "PART", 64)
    assert np.array_equal(near(corpus, PARAMS, exact=False), usual)


def test_many_copies_of_one_text_are_all_paired():
    texts = [*edited_copies(8, n=700), *["".join(LETTERS[:90])] * 300]
    corpus = normalise(texts)
    pairs = met(corpus)
    first = len(texts) - 300
    assert ((pairs[:, 0] >= first) & (pairs[:, 1] >= first)).sum() == 300 * 299 // 2


@pytest.mark.parametrize("members", [100, 400])
def test_members_of_a_wide_family_find_each_other(members):
    """All share their frequent shingles only: here a sketch is not allowed to drop what is counted often."""
    rng = np.random.default_rng(members)
    texts = edited_copies(10, n=700)
    for base in texts[:4]:
        for _ in range(members):
            copy = list(base)
            for _ in range(int(len(copy) * rng.uniform(0, 0.13))):
                copy[rng.integers(len(copy))] = LETTERS[rng.integers(900)]
            texts.append("".join(copy))
    corpus = normalise(texts)
    exact = verified(corpus, near(corpus, PARAMS, exact=True))
    found = verified(corpus, near(corpus, PARAMS, exact=False))
    assert len(exact) > members**2
    assert len(found & exact) >= 0.999 * len(exact)


def test_only_pairs_with_a_new_text_when_asked():
    corpus = normalise(edited_copies(9, n=700))
    new = np.random.default_rng(2).random(len(corpus)) < 0.3
    every = near(corpus, PARAMS, exact=False)
    some = near(corpus, PARAMS, new, exact=False)
    wanted = every[new[every[:, 0]] | new[every[:, 1]]]
    assert np.array_equal(unique_pairs(some, len(corpus)), unique_pairs(wanted, len(corpus)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("教育学校安全甲乙丙丁", min_size=1, max_size=SHORT - 1), min_size=1, max_size=9))
def test_of_short_texts_no_pair_is_missed(texts):
    corpus = normalise(texts)
    found = {tuple(pair) for pair in unique_pairs(near(corpus, PARAMS, exact=False), len(texts)).tolist()}
    longer = [[max(len(a), len(b)) for b in texts] for a in texts]
    edits = allowed(np.array(longer), PARAMS.near)
    wanted = {
        (i, j) for j in range(len(texts)) for i in range(j) if Levenshtein.distance(texts[i], texts[j]) <= edits[i][j]
    }
    assert wanted <= found


def test_nothing_in_nothing_out():
    for texts in ([], ["", "，。"], ["教育"]):
        assert len(near(normalise(texts), PARAMS, exact=False)) == 0
