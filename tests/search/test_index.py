"""What a researcher sees."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.errors import JucuoError
from pipeline.search import Filters, Query, SearchIndex
from pipeline.settings import SearchParams

TRAINING = "songjiang-2023-aaaaaa/1"


def ids(result):
    return [hit.measure_id for hit in result.hits]


def no_encoder(texts):
    raise AssertionError(f"the encoder was loaded for {texts}")


def test_a_measure_finds_its_like_elsewhere_first_without_the_encoder(index):
    result = index.search(Query(measure_id=TRAINING, collapse=False), no_encoder)
    assert ids(result)[:2] == ["songjiang-2024-bbbbbb/1", "linhai-2024-cccccc/1"]
    assert TRAINING not in ids(result)
    assert result.n_candidates == len(index) - 1
    assert [hit.rank for hit in result.hits] == list(range(1, len(result.hits) + 1))
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[-1] <= scores[0] <= 1


def test_near_duplicates_are_shown_once_with_their_ids(index):
    hits = index.search(Query(measure_id=TRAINING)).hits
    assert hits[0].measure_id == "songjiang-2024-bbbbbb/1"
    assert hits[0].duplicates == ("linhai-2024-cccccc/1",)
    assert hits[0].n_duplicates == 1
    assert "linhai-2024-cccccc/1" not in [hit.measure_id for hit in hits]


def test_other_documents_and_other_issuers(index):
    other_documents = index.search(Query(measure_id=TRAINING, other_documents=True, collapse=False, top=50))
    assert all(hit.doc_id != "songjiang-2023-aaaaaa" for hit in other_documents.hits)
    assert "songjiang-2024-bbbbbb/1" in ids(other_documents)
    other_issuers = index.search(Query(measure_id=TRAINING, other_issuers=True, collapse=False, top=50))
    assert {hit.issuer for hit in other_issuers.hits} == {"临海县教育局", "北原区教育局"}


def test_a_free_text_has_no_issuer_to_leave_out_and_is_told_so(index, encode):
    result = index.search(Query(text="校外培训", other_issuers=True), encode)
    assert result.hits
    assert "free text" in result.notes[0]


@pytest.mark.parametrize("query", ['"双减"', "「双减」政策", "“双减”工作"])
def test_quoted_terms_stand_in_every_hit(index, query, encode):
    result = index.search(Query(text=query), encode)
    assert ids(result) == ["songjiang-2024-bbbbbb/2"]
    assert result.terms == ("双减",)
    assert any("双减" in shared.text for shared in result.hits[0].shared)


def test_quotation_marks_within_a_whole_measure_demand_nothing(index, encode):
    text = "做好“双减”工作。减轻学生作业负担，提高课后服务水平。"
    assert len(index.search(Query(text=text, collapse=False), encode).hits) > 1


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(issuer="临海"), {"linhai-2024-cccccc"}),
        (Filters(issuer="临海县财政局"), {"linhai-2024-cccccc"}),
        (Filters(issuer=["临海", "北原"]), {"linhai-2024-cccccc", "beiyuan-2024-dddddd"}),
        (Filters(province="西山省"), {"beiyuan-2024-dddddd"}),
        (Filters(city="松江市", year=2024), {"songjiang-2024-bbbbbb"}),
        (Filters(level="city", year=[2023]), {"songjiang-2023-aaaaaa"}),
    ],
)
def test_filters_on_documents(index, filters, expected, encode):
    result = index.search(Query(text="教育", filters=filters, collapse=False, top=50), encode)
    assert {hit.doc_id for hit in result.hits} == expected


def test_filters_on_measures(index, encode):
    preschool = index.search(Query(text="幼儿园", filters=Filters(category="preschool")), encode)
    assert set(ids(preschool)) == {"songjiang-2023-aaaaaa/2", "linhai-2024-cccccc/3"}
    done = index.search(Query(text="教育", filters=Filters(kind="achievement")), encode)
    assert {hit.kind for hit in done.hits} == {"achievement"}
    citing = index.search(Query(text="作业", filters=Filters(cites="作业负担的意见")), encode)
    assert ids(citing) == ["songjiang-2023-aaaaaa/4"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query(text="教育", filters=Filters(issuer="松江市教育居")), "did you mean 松江市教育局?"),
        (Query(text="教育", filters=Filters(year=1999)), "there are 2023, 2024"),
        (Query(text="教育", filters=Filters(category="nonsense")), "there are preschool, private_training"),
        (Query(text="教育", filters=Filters(province="西山省", year=2023)), "province alone leaves 3"),
        (Query(text='"量子计算"'), "None of the 13 measures that the filters leave contains 「量子计算」 exactly."),
        (
            Query(measure_id=TRAINING, other_issuers=True, filters=Filters(issuer="松江")),
            "are of the query's own document or issuer",
        ),
    ],
)
def test_an_empty_result_says_why(index, query, said, encode):
    result = index.search(query, encode)
    assert result.hits == []
    assert said in result.explanation


def test_reasons_and_shared_stretches(index):
    hit = index.search(Query(measure_id=TRAINING, other_issuers=True)).hits[0]
    reasons = hit.reasons
    assert 0.8 < reasons.meaning <= 1
    assert 0.5 < reasons.wording <= 1
    assert 0 <= reasons.share_of_meaning <= 1
    assert reasons.ranks == {"meaning": 1, "words": 1, "characters": 1, "sentence": 1}
    assert 0.4 < reasons.in_one_sentence < 1
    assert reasons.share_of_meaning == pytest.approx(1 / 2.5, abs=1e-4), "weight 1 of 1 + three times a half"
    assert reasons.share_of_sentence == pytest.approx(0.5 / 2.5, abs=1e-4)
    start, end = hit.sentence
    assert hit.text[start:end].startswith("严格审批校外培训机构")
    assert hit.score == 1.0
    assert reasons.same_topic > 0.75
    assert reasons.same_measure > 0.5
    assert reasons.relatedness == "same_measure"
    assert 0.5 < reasons.coverage < 1
    query = index.table.texts[0]
    for shared in hit.shared:
        assert hit.text[shared.start : shared.end] == shared.text
        assert query[shared.query_start : shared.query_end] == shared.text
    assert "规范校外培训机构办学行为。严格审批校外培训机构" in [shared.text for shared in hit.shared]


def test_what_stands_in_one_sentence_ranks_above_the_same_words_apart(measures, documents, encode):
    apart, together = "组织食堂。培训教师、落实责任。", "组织食堂、培训教师。落实责任。"
    frame = measures[:2].with_columns(text=np.array([apart, together]))
    vectors = np.repeat(encode(["安全"]), 2, axis=0)

    def hits(weight):
        params = SearchParams().model_copy(update={"sentence": weight})
        index = SearchIndex.build(frame, documents, vectors, np.zeros(64, np.float32), params=params)
        return index.search(Query(text="食堂培训教师", collapse=False), encode).hits

    assert [hit.text for hit in hits(0.0)] == [apart, together], "else alike: the order of ids decides"
    found = hits(3.0)
    assert [hit.text for hit in found] == [together, apart]
    assert [hit.reasons.ranks["sentence"] for hit in found] == [1, 2]
    assert found[0].reasons.in_one_sentence == 1.0 > found[1].reasons.in_one_sentence
    assert found[0].text[slice(*found[0].sentence)] == "组织食堂、培训教师。"
    assert found[1].text[slice(*found[1].sentence)] == "培训教师、落实责任。"


def test_only_the_closest_are_ranked_by_their_best_sentence(measures, documents, encode):
    vectors = encode(measures["text"].to_list())

    def hits(**changes):
        params = SearchParams().model_copy(update=changes)
        index = SearchIndex.build(measures, documents, vectors, vectors.mean(axis=0), params=params)
        return index.search(Query(text="新建公办幼儿园", collapse=False, top=50), encode).hits

    def ranked(found):
        return [hit.measure_id for hit in found if "sentence" in hit.reasons.ranks]

    assert len(ranked(hits(closest=3))) <= 3 < len(hits(closest=3))
    assert len(hits(closest=3)) == len(hits(sentence=0.0))
    without = hits(sentence=0.0)
    assert not ranked(without)
    assert all(hit.reasons.share_of_sentence == 0 for hit in without)
    assert max(hit.reasons.in_one_sentence for hit in without) == 1.0, "said of every hit, whether it counts or not"


def test_examples_and_not_like(index, encode):
    liked = ("songjiang-2023-aaaaaa/2", "扩大公办幼儿园资源")
    plain = index.search(Query(examples=liked, top=20), encode)
    assert ids(plain)[0] == "linhai-2024-cccccc/3"
    assert liked[0] not in ids(plain)
    avoided = index.search(Query(examples=("songjiang-2023-aaaaaa/4",), not_like=("songjiang-2024-bbbbbb/2",), top=20))
    assert "songjiang-2024-bbbbbb/2" not in ids(avoided)
    assert plain.hits[0].like in {index.table.texts[1], liked[1]}


def test_what_hits_shall_not_be_like_counts_against_them(index, encode):
    def meaning(**more):
        hits = index.search(Query(measure_id=TRAINING, top=50, collapse=False, **more), encode).hits
        return next(hit for hit in hits if hit.measure_id == "beiyuan-2024-dddddd/1").reasons

    plain, against = meaning(), meaning(not_like=("治理乱象，取缔无证培训机构",))
    assert against.meaning < plain.meaning
    assert against.wording < plain.wording


def test_the_same_question_gives_the_same_answer(index, measures, documents, encode):
    first = index.search(Query(text="幼儿园学位"), encode)
    assert first == index.search(Query(text="幼儿园学位"), encode)
    vectors = encode(measures["text"].to_list())
    headlines = encode(measures["headline"].to_list())
    shuffled = np.random.default_rng(1).permutation(len(measures))
    other = SearchIndex.build(
        measures[shuffled], documents[::-1], vectors[shuffled], vectors.mean(axis=0), headlines=headlines[shuffled]
    )
    again = other.search(Query(text="幼儿园学位"), encode)
    assert ids(again) == ids(first), "order of the rows must not matter"


def test_stored_arrays_give_the_same_index_and_foreign_ones_are_not_used(index, measures, documents, encode):
    vectors, mean = encode(measures["text"].to_list()), index.mean
    arrays = {name: array.copy() for name, array in index.arrays().items()}
    assert all(array.dtype.kind in "iu" for array in arrays.values())
    restored = SearchIndex.build(measures, documents, vectors, mean, arrays=arrays)
    fresh = SearchIndex.build(measures, documents, vectors, mean)
    query = Query(text="幼儿园学位")
    assert restored.search(query, encode) == fresh.search(query, encode)
    query = Query(text="幼儿园学位", collapse=False)
    half = SearchIndex.build(measures[:5], documents, vectors[:5], mean, arrays=arrays)
    assert len(half.search(query, encode).hits) == 5


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "got nothing"),
        ({"text": "a", "measure_id": "b"}, "got text and measure_id"),
        ({"text": "  "}, "blank"),
        ({"text": "a", "top": 0}, "at least one"),
    ],
)
def test_a_query_that_asks_nothing_is_refused(asked, said):
    with pytest.raises(JucuoError, match=said):
        Query(**asked)


def test_unknown_measures_and_missing_encoders_are_named(index, measures, documents):
    with pytest.raises(JucuoError, match="no measure nowhere-2020/1"):
        index.search(Query(measure_id="nowhere-2020/1"))
    with pytest.raises(JucuoError, match="needs an encoder"):
        index.search(Query(text="教育"))
    with pytest.raises(JucuoError, match="13 measures but 2 vectors"):
        SearchIndex.build(measures, documents, np.zeros((2, 4), np.float32), np.zeros(4, np.float32))
    with pytest.raises(JucuoError, match="documents are missing of measures: beiyuan"):
        SearchIndex.build(measures, documents[:3], np.zeros((13, 4), np.float32), np.zeros(4, np.float32))


def test_an_empty_index_answers(measures, documents, encode):
    nothing = SearchIndex.build(measures[:0], documents, np.zeros((0, 64), np.float32), np.zeros(64, np.float32))
    result = nothing.search(Query(text="教育"), encode)
    assert result.hits == []
    assert "holds no measures" in result.explanation


def test_an_index_of_one(measures, documents, encode):
    one = SearchIndex.build(measures[:1], documents, encode([measures["text"][0]]), np.zeros(64, np.float32))
    assert ids(one.search(Query(text="培训"), encode)) == [TRAINING]
    assert "own document" in one.search(Query(measure_id=TRAINING)).explanation
