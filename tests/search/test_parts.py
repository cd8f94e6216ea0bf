"""The parts of search, each against an independent way of saying the same."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.classification.sentences import sentences
from pipeline.search import scale, scan, words
from pipeline.search.collapse import collapse
from pipeline.search.counts import PairVocabulary, TermCounts, WordVocabulary, count_pairs, count_words
from pipeline.search.dense import DenseIndex
from pipeline.search.explain import shared_spans
from pipeline.search.fusion import best_rows, fuse
from pipeline.search.lexical import LexicalIndex
from pipeline.search.sentences import best_sentences

CORPUS = [
    "规范校外培训机构办学行为。严格审批校外培训机构，查处无证办学和违规收费。",
    "新建公办幼儿园12所，新增学位3600个，普惠性幼儿园覆盖率达到85%以上。",
    "落实《关于进一步减轻义务教育阶段学生作业负担的意见》，提高课后服务质量。",
    "做好“双减”工作，减轻学生作业负担，提高课后服务水平。",
    "抓好校园安全，开展食品安全检查和消防演练。",
    "学习AI课程，开设编程社团。",
]
TEXT = st.text(st.sampled_from("教育校园建设学位培训机构，。“”《》 aB12%_\n"), max_size=40)


@given(TEXT)
def test_words_stand_where_they_say(text):
    for word, start in words.words_at(text):
        assert text[start : start + len(word)].lower() == word


def test_words_inside_long_words_are_found_too():
    assert {"义务", "教育", "义务教育"} <= set(words.words("义务教育"))


@given(st.lists(TEXT, max_size=5))
def test_pairs_are_those_of_each_text(texts):
    codes, owners = words.pairs(texts)
    expected = [
        (i, ord(a) << 21 | ord(b))
        for i, text in enumerate(texts)
        for a, b in zip(text.lower(), text.lower()[1:], strict=False)
        if a.isalnum() and b.isalnum()
    ]
    assert list(zip(owners.tolist(), codes.tolist(), strict=True)) == expected


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ('"双减" 课后', ("双减",)),
        ("「a b」『c』", ("a b", "c")),
        ("“双减”", ("双减",)),
        ("做好“双减”工作。", ()),
        ('做好"双减"工作。', ("双减",)),
        ('"" 「 」', ()),
        ("双减", ()),
    ],
)
def test_quoted(query, terms):
    assert words.quoted(query) == terms


@pytest.mark.parametrize(
    ("count", "analyzer"),
    [
        (count_words, words.words),
        (count_pairs, lambda text: words.pairs([text])[0].tolist()),
    ],
)
def test_cosines_are_those_of_scikit_learn(count, analyzer):
    index = LexicalIndex(count(CORPUS))
    reference = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True)
    matrix = reference.fit_transform(CORPUS)
    for query in (CORPUS[0], "普惠性幼儿园学位与教育", "没有的词zzz"):
        expected = (matrix @ reference.transform([query]).T).toarray()[:, 0]
        found = index.cosines(index.vector(query), np.arange(len(CORPUS)))
        np.testing.assert_allclose(found, expected, atol=1e-6)


@given(st.lists(TEXT, min_size=1, max_size=6), TEXT)
@settings(deadline=None)
def test_ranking_is_by_bm25(texts, query):
    index = LexicalIndex(count_words(texts))
    split = [words.words(text) for text in texts]
    asked = [word for word in words.words(query) if any(word in text for text in split)]
    mean = sum(map(len, split)) / len(split) or 1
    expected = np.zeros(len(texts))
    for word in asked:
        df = sum(word in text for text in split)
        rarity = np.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        for i, text in enumerate(split):
            tf = text.count(word)
            expected[i] += rarity * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * len(text) / mean)) / len(asked)
    np.testing.assert_allclose(index.scores(index.vector(query)), expected, rtol=1e-4, atol=1e-6)


@given(st.lists(TEXT, min_size=1, max_size=6), TEXT)
@settings(deadline=None)
def test_the_best_sentence_has_the_largest_share_of_the_query(texts, query):
    index = LexicalIndex(count_pairs(texts))
    codes = index.counts.vocabulary.codes.tolist()
    idf = dict(zip(codes, index.idf.tolist(), strict=True))
    asked = [code for code in words.pairs([query])[0].tolist() if code in idf]

    def share(piece):
        held = set(words.pairs([piece])[0].tolist())
        return sum(idf[code] for code in asked if code in held) / sum(idf[code] for code in asked) if asked else 0.0

    found = best_sentences(index.vector(query), index, texts)
    for text, of_best, (start, end) in zip(texts, found.shares, found.spans, strict=True):
        shares = {span: share(text[slice(*span)]) for span in sentences(text)}
        assert (start, end) in shares
        assert of_best == pytest.approx(max(shares.values()), abs=1e-6)
        assert shares[start, end] == pytest.approx(max(shares.values()), abs=1e-6)


def test_no_texts_have_no_best_sentences():
    index = LexicalIndex(count_pairs(CORPUS))
    assert best_sentences(index.vector("校园安全"), index, []).spans == []


@given(st.lists(TEXT, max_size=6))
@settings(deadline=None)
def test_counts_survive_storage(texts):
    for count, kind in ((count_words, WordVocabulary), (count_pairs, PairVocabulary)):
        counts = count(texts)
        again = TermCounts.of_arrays(counts.arrays("x"), "x", kind)
        for text in texts:
            np.testing.assert_array_equal(again.vocabulary.ids(text), counts.vocabulary.ids(text))
        np.testing.assert_array_equal(again.start, counts.start)
        assert len(again.start) == len(texts) + 1


def test_counting_in_chunks_changes_nothing(monkeypatch):
    whole = count_pairs(CORPUS), count_words(CORPUS)
    monkeypatch.setattr("pipeline.search.counts._CHUNK", 2)
    for a, b in zip(whole, (count_pairs(CORPUS), count_words(CORPUS)), strict=True):
        for name, array in a.arrays("x").items():
            np.testing.assert_array_equal(array, b.arrays("x")[name])


@given(st.text(st.sampled_from("教育校园建设安全"), min_size=2, max_size=4))
def test_having_all_leaves_out_no_text_that_contains_the_term(term):
    index = LexicalIndex(count_pairs(CORPUS))
    found = set(index.having_all(term).tolist())
    assert {i for i, text in enumerate(CORPUS) if term in text} <= found


def test_a_term_of_punctuation_or_one_character_may_stand_anywhere():
    index = LexicalIndex(count_pairs(CORPUS))
    for term in ("《", "学"):
        assert len(index.having_all(term)) == len(CORPUS)


@given(
    st.lists(st.sampled_from([-np.inf, 0.0, 0.1, 0.2, 0.5, 0.9]), min_size=1, max_size=60),
    st.integers(1, 8),
    st.sampled_from([0.0, 0.15, 0.4]),
)
@settings(deadline=None)
def test_looking_block_by_block_finds_what_looking_at_all_finds(scores, k, margin):
    values, k = np.array(scores, np.float32), min(k, len(scores))
    kth = np.sort(values)[len(values) - k]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_BLOCK", 4)
        found = scan._near_the_best(values, k, np.float32(margin))
    assert found.tolist() == np.flatnonzero(values >= kth - np.float32(margin)).tolist()


@given(
    seed=st.integers(0, 10_000), n=st.integers(1, 400), k=st.integers(1, 30), spread=st.sampled_from([0.0, 0.01, 1.0])
)
@settings(deadline=None, max_examples=40)
def test_the_int8_scan_loses_nothing(seed, n, k, spread):
    rng = np.random.default_rng(seed)
    raw = (rng.normal(size=(1, 16)) + spread * rng.normal(size=(n, 16))).astype(np.float32)
    raw[rng.integers(0, n)] = raw[0]
    index = DenseIndex(raw, np.zeros(16, np.float32))
    query = index.query(rng.normal(size=(1, 16)).astype(np.float32))[0]
    allowed = rng.random(n) < 0.7
    exact = index.rows(slice(None)) @ query
    rows, cosines = index.top(query, k, allowed)
    best = np.sort(exact[allowed])[::-1][:k]
    np.testing.assert_allclose(cosines, best, atol=1e-6)
    assert allowed[rows].all()
    assert len(set(rows.tolist())) == len(rows) == min(k, int(allowed.sum()))


def test_the_int8_scan_gives_what_one_float32_product_gives_over_many_rows_and_threads():
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(300, 64))
    raw = (1 + 0.3 * centres[rng.integers(0, 300, 60_000)] + 0.02 * rng.normal(size=(60_000, 64))).astype(np.float32)
    index = DenseIndex(raw, raw.mean(axis=0))
    vectors = index.rows(slice(None))
    for row in range(0, 60_000, 3001):
        exact = vectors @ vectors[row]
        rows, cosines = index.top(vectors[row], 10)
        np.testing.assert_allclose(cosines, np.sort(exact)[::-1][:10], atol=1e-6)
        assert (exact[rows] >= np.sort(exact)[-10] - 1e-6).all()
        assert len(set(rows.tolist())) == 10


def test_equal_vectors_come_in_the_order_of_rows():
    raw = np.ones((50, 8), np.float32)
    raw[:, 0] = 2
    index = DenseIndex(raw, np.zeros(8, np.float32))
    assert index.top(raw[0] / np.linalg.norm(raw[0]), 7)[0].tolist() == list(range(7))


def test_a_vector_at_the_mean_and_wide_vectors_do_no_harm():
    rng = np.random.default_rng(0)
    raw = rng.normal(size=(30, 700)).astype(np.float32)
    index = DenseIndex(raw, raw[3])
    query = index.rows(np.array([5]))[0]
    assert index.top(query, 1)[0].tolist() == [5]
    assert not index.rows(np.array([3])).any()


def test_headlines_are_added_at_their_weight():
    rng = np.random.default_rng(0)
    raw, headlines = rng.normal(size=(2, 5, 8)).astype(np.float32)
    mean = np.zeros(8, np.float32)

    def unit(x):
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    expected = unit(unit(raw) + 0.5 * unit(headlines))
    np.testing.assert_allclose(DenseIndex(raw, mean, headlines, 0.5).rows(slice(None)), expected, atol=1e-6)


@given(st.lists(st.permutations(range(8)).map(lambda p: p[:5]), min_size=1, max_size=3))
def test_fusion_is_the_sum_of_reciprocal_ranks(rankings):
    named = {str(i): np.array(ranking) for i, ranking in enumerate(rankings)}
    weights = {name: 1.0 + int(name) for name in named}
    fused = fuse(named, weights, 60, np.arange(8))
    best = sum(weights.values()) / 61
    for row, score in zip(fused.rows.tolist(), fused.scores.tolist(), strict=True):
        expected = sum(weights[n] / (61 + r.tolist().index(row)) for n, r in named.items() if row in r)
        assert score == pytest.approx(expected / best)
    pairs = list(zip((-fused.scores).round(12).tolist(), fused.rows.tolist(), strict=True))
    assert pairs == sorted(pairs)


def test_no_ranking_at_all_gives_an_empty_one():
    assert len(fuse({"a": np.zeros(0, np.int64)}, {"a": 1.0}, 60, np.zeros(0, np.int64)).rows) == 0


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=12), st.integers(1, 6))
def test_best_rows_are_positive_and_ordered(scores, k):
    tie = np.arange(len(scores))[::-1]
    expected = sorted((i for i, s in enumerate(scores) if s > 0), key=lambda i: (-scores[i], tie[i]))[:k]
    assert best_rows(np.array(scores), k, tie).tolist() == expected


@given(st.lists(st.text("甲乙丙", min_size=3, max_size=8), min_size=1, max_size=8), st.integers(1, 8))
def test_collapsing_keeps_the_first_of_its_kind(texts, top):
    rows = np.arange(len(texts))
    groups = collapse(rows, pl.Series(texts), top, 0.6)
    kept = [row for row, _ in groups]
    for row, duplicates in groups:
        for other in duplicates:
            assert other > row
            assert Levenshtein.normalized_similarity(texts[row], texts[other]) >= 0.6
    for i, a in enumerate(kept):
        assert all(Levenshtein.normalized_similarity(texts[a], texts[b]) < 0.6 for b in kept[:i])
    assert len(kept) <= top
    assert collapse(rows, pl.Series(texts), top, None) == [(row, []) for row in range(min(top, len(texts)))]


@given(TEXT, TEXT)
def test_shared_stretches_are_in_both_and_do_not_overlap(query, text):
    spans = shared_spans(query, text, lambda _: 1.0, 0.5)
    end = 0
    for span in spans:
        assert end <= span.start < span.end
        end = span.end
        assert text[span.start : span.end] == span.text
        assert query[span.query_start : span.query_end].lower() == span.text.lower()
        assert words.is_inside(span.text[0])
        assert words.is_inside(span.text[-1])


def test_half_a_number_is_not_shared():
    assert shared_spans("新增学位2000个", "新增床位1000个", lambda _: 0.0, 1.0) == ()
    shared = shared_spans("新增学位2000个", "今年新增学位2000张", lambda _: 0.0, 1.0)
    assert [span.text for span in shared] == ["新增学位2000"]


@pytest.mark.parametrize("phrase", [False, True])
def test_the_scale_rises_with_both_cosines(phrase):
    scales = scale.scale_of(phrase=phrase)
    likeness = scales.likeness(np.array([-0.2, 0.9]), np.array([0.0, 0.5]))
    for low, high in (likeness.same_measure, likeness.same_topic):
        assert 0 <= low < 0.1
        assert 0.9 < high <= 1


@pytest.mark.parametrize("phrase", [False, True])
@given(meaning=st.floats(-1, 1), wording=st.floats(0, 1))
def test_the_same_measure_is_no_likelier_than_the_same_topic(phrase, meaning, wording):
    likeness = scale.scale_of(phrase=phrase).likeness(np.array([meaning]), np.array([wording]))
    assert likeness.same_measure[0] <= likeness.same_topic[0]


def test_names_of_the_scale():
    measure, phrase = scale.scale_of(phrase=False), scale.scale_of(phrase=True)
    assert measure.name(0.5, 0.9) == "same_measure"
    assert phrase.name(0.5, 0.9) == "answers"
    assert [measure.name(0.49, topic) for topic in (0.5, 0.1, 0.09)] == ["same_topic", "related", "unrelated"]


def test_without_neighbours_the_neighbourhood_cosine_is_the_cosine():
    rng = np.random.default_rng(0)
    query, vectors = rng.normal(size=8), rng.normal(size=(3, 8))
    expected = vectors @ query / np.linalg.norm(vectors, axis=1) / np.linalg.norm(query)
    np.testing.assert_allclose(scale.neighbourhood_cosines(query, vectors, np.zeros((0, 8))), expected)
