"""The stored classifier: round trip, the same bytes, and no trust in anything but data."""

from __future__ import annotations

import numpy as np
import pytest
from skops import io as skops_io

from pipeline.classification import store
from pipeline.classification.training import train
from pipeline.errors import JucuoError
from tests.classification.conftest import encode


def test_round_trip_answers_the_same(trained, measures, titles, vectors):
    again = store.loads(store.dumps(trained.classifier))
    first = trained.classifier.answer(measures, titles, vectors, encode)
    second = again.answer(measures, titles, vectors, encode)
    assert np.array_equal(first.probabilities, second.probabilities)
    assert np.array_equal(first.primary, second.primary)
    assert again.digest == trained.classifier.digest
    assert again.codebook == trained.classifier.codebook


def test_the_same_training_gives_the_same_bytes(trained, measures, titles, vectors, labels, book, params):
    again = train(measures, titles, vectors, labels, book, params, 7, encode).classifier
    data = store.dumps(trained.classifier)
    assert store.dumps(again) == data
    assert store.dumps(store.loads(data)) == data


def test_nothing_but_data_is_in_the_file(trained):
    data = store.dumps(trained.classifier)
    assert store.TRUSTED == ()
    assert skops_io.get_untrusted_types(data=data) == []
    assert store.finite(trained.classifier)


def test_foreign_types_are_refused_before_anything_is_built():
    data = skops_io.dumps({"format": store.FORMAT, "odd": np.random.default_rng(0).normal, "x": TestCaseLike()})
    with pytest.raises(JucuoError, match="not trusted"):
        store.loads(data)


class TestCaseLike:
    __test__ = False


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x05\x06" + b"\x00" * 18])
def test_damaged_bytes_are_refused_with_a_remedy(data):
    with pytest.raises(JucuoError) as caught:
        store.loads(data)
    assert "Train it again" in caught.value.remedy


def test_another_format_is_refused():
    with pytest.raises(JucuoError, match="format 99, this version reads 3"):
        store.loads(skops_io.dumps({"format": 99}))
