"""Cue words and where they stand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classification import codebook as codebooks
from pipeline.classification.cues import CueTable
from pipeline.classification.evidence import cue_evidence
from pipeline.classification.inputs import Inputs
from pipeline.classification.sentences import Sentences, sentences, split
from tests.classification.conftest import CODEBOOK

TABLE = CueTable.of(codebooks.load(CODEBOOK, "library.yaml"))
WORDS = st.text(alphabet="馆藏采购图书编目新报刊读会阅推广讲座维修空调，。；\n", max_size=40)


def inputs(texts: list[str]) -> Inputs:
    none = np.zeros((len(texts), 4), dtype=np.float32)
    pieces, counts = split(texts)
    found = Sentences(pieces, counts, np.zeros((len(pieces), 4), dtype=np.float32))
    return Inputs(texts, [""] * len(texts), [""] * len(texts), none, none, none, found)


def test_the_longest_cue_wins_and_is_not_counted_again_inside():
    found = [TABLE.words[word] for _, _, word in TABLE.find("阅读推广与阅读")]
    assert found == ["阅读推广", "阅读"]


def test_a_word_counts_once_a_text():
    once, twice = TABLE.mass(["办读书会", "读书会接读书会"])
    assert once.tolist() == twice.tolist() == [0.0, 2.0, 0.0]


@given(st.lists(WORDS, max_size=6))
def test_find_and_presence_agree(texts):
    presence = TABLE.presence(texts)
    assert presence.shape == (len(texts), len(TABLE.words))
    for row, text in enumerate(texts):
        hits = TABLE.find(text)
        assert sorted({word for _, _, word in hits}) == sorted(presence[row].nonzero()[1].tolist())
        assert all(text[start:end] == TABLE.words[word] for start, end, word in hits)


@given(WORDS)
def test_sentences_are_disjoint_in_order_and_lose_only_leading_marks(text):
    spans = sentences(text)
    assert spans
    assert all(start <= end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    if len(spans) > 1 or spans[0] != (0, len(text)):
        assert "".join(text[a:b] for a, b in spans) == text.lstrip("。；！？\n")


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_coverage_is_a_share_of_the_text(texts):
    cues = cue_evidence(TABLE, inputs(texts))
    assert (cues.coverage >= 0).all()
    assert (cues.coverage.sum(axis=1) <= 1 + 1e-9).all()
    assert (cues.sentence <= 1 + 1e-9).all()


def test_coverage_follows_the_sentences():
    cues = cue_evidence(TABLE, inputs(["采购图书，编目。读书会十场。读书会再办。"]))
    collection, reading, building = cues.coverage[0]
    assert collection > 0.3
    assert reading > 0.5
    assert building == 0


def test_nothing_in_nothing_out():
    assert cue_evidence(TABLE, inputs([])).coverage.shape == (0, 3)
    assert TABLE.mass([]).shape == (0, 3)
