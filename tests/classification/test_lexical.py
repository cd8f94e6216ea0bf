"""The counting of n-grams is scikit-learn's, sentence by sentence."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.classification.lexical import NGRAMS, CharTfidf
from pipeline.classification.sentences import gather, sentences, split

TEXTS = ["推进集团化办学，缩小差距。落实课后服务。", "推进课后服务；缩小城乡差距。", "加强校园安全。"]
WORDS = st.text(alphabet="推进课后服务缩小差距，。；\n𠮷a", max_size=30)


def test_rows_are_those_of_scikit_learn():
    words = CharTfidf.fit(TEXTS)
    expected = TfidfVectorizer(
        analyzer="char", ngram_range=NGRAMS, sublinear_tf=True, vocabulary=words.grams, lowercase=False
    )
    expected.fit(TEXTS)
    expected.idf_ = words.idf
    assert np.allclose(words.weigh(words.counts(TEXTS)).toarray(), expected.transform(TEXTS).toarray(), atol=1e-6)
    assert not any("。" in gram[:-1] for gram in words.grams)


@given(st.lists(WORDS, max_size=5))
def test_counts_of_sentences_sum_to_those_of_the_text(texts):
    words = CharTfidf.fit([*TEXTS, "课后服务𠮷a", "服务𠮷a课后"])
    for text in texts:
        whole = words.counts([text]).toarray().sum(axis=0)
        parts = words.counts([text[a:b] for a, b in sentences(text)]).toarray().sum(axis=0)
        assert np.array_equal(whole, parts)
        found = np.bincount([gram for _, gram in words.occurrences(text)], minlength=len(words.grams))
        assert np.array_equal(whole, found)


def test_an_empty_vocabulary_counts_nothing():
    assert CharTfidf.fit(["甲", "乙"]).counts(["甲乙", ""]).shape == (2, 0)


def test_gather_and_split_follow_the_texts():
    pieces, counts = split(["甲。乙。", "", "丙"])
    assert (pieces, counts.tolist()) == (["甲。", "乙。", "", "丙"], [2, 1, 1])
    assert gather(np.array([3, 0]), np.array([1, 2])).tolist() == [3, 0, 1]
