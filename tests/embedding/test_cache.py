"""The vector cache: nothing encoded twice, nothing lost, nothing damaged used."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from pipeline.embedding import EncoderIdentity
from pipeline.embedding.cache import VectorCache, encode_cached, text_key

IDENTITY = EncoderIdentity("m", None, "torch-fp32", "avx2", "query: ", 3, "d1")


class Counting:
    """An encoder that counts what it encodes and may be killed."""

    def __init__(self, identity=IDENTITY, survives=10**9):
        self.identity = identity
        self.survives = survives
        self.encoded = []

    def encode(self, texts):
        if len(self.encoded) + len(texts) > self.survives:
            raise KeyboardInterrupt
        self.encoded += texts
        return np.array([[len(text), sum(map(ord, text)) % 97, 1] for text in texts], np.float32)


TEXTS = [f"第{i}条措施{'，推进' * (i % 5)}" for i in range(40)]


@pytest.fixture
def cache(tmp_path):
    return VectorCache(tmp_path / "vectors")


def file_of(cache):
    return next(cache.folder.glob("*.vectors"))


def test_a_second_run_encodes_nothing(cache):
    first = encode_cached(Counting(), TEXTS + TEXTS[:5], cache)
    assert (first.n_encoded, first.n_cached) == (40, 0)
    second = encode_cached(Counting(survives=0), TEXTS + TEXTS[:5], cache)
    assert (second.n_encoded, second.n_cached) == (0, 40)
    np.testing.assert_array_equal(first.vectors, second.vectors)
    np.testing.assert_array_equal(first.vectors[:40], Counting().encode(TEXTS))
    np.testing.assert_array_equal(first.vectors[40:], first.vectors[:5])


def test_only_new_texts_are_encoded(cache):
    encode_cached(Counting(), TEXTS[:30], cache)
    encoder = Counting()
    assert encode_cached(encoder, TEXTS, cache).n_encoded == 10
    assert sorted(encoder.encoded) == sorted(TEXTS[30:])


def test_other_settings_share_nothing(cache):
    encode_cached(Counting(), TEXTS, cache)
    for other in (
        replace(IDENTITY, prompt="passage: "),
        replace(IDENTITY, digest="d2"),
        replace(IDENTITY, backend="torch-bf16"),
        replace(IDENTITY, kernels="native"),
    ):
        assert encode_cached(Counting(other), TEXTS, cache).n_encoded == 40
    assert encode_cached(Counting(replace(IDENTITY, model="renamed")), TEXTS, cache).n_encoded == 0


def test_a_killed_run_resumes(cache, monkeypatch):
    monkeypatch.setattr("pipeline.embedding.cache.CHUNK", 8)
    with pytest.raises(KeyboardInterrupt):
        encode_cached(Counting(survives=20), TEXTS, cache)
    result = encode_cached(Counting(), TEXTS, cache)
    assert (result.n_encoded, result.n_cached) == (24, 16)
    np.testing.assert_array_equal(result.vectors, Counting().encode(TEXTS))


@pytest.mark.parametrize("torn", [1, 17, 31])
def test_a_record_cut_short_is_written_again(cache, torn):
    encode_cached(Counting(), TEXTS, cache)
    path = file_of(cache)
    path.write_bytes(path.read_bytes()[:-torn])
    assert encode_cached(Counting(), TEXTS, cache).n_encoded == 1
    assert encode_cached(Counting(survives=0), TEXTS, cache).n_encoded == 0
    assert cache.state(IDENTITY).n_damaged == 0


def test_damage_is_detected_wherever_it_is(cache):
    encode_cached(Counting(), TEXTS, cache)
    path, size = file_of(cache), 16 + 3 * 4 + 4
    for place in range(0, size, 3):
        data = bytearray(path.read_bytes())
        data[7 * size + place] ^= 0x10
        path.write_bytes(bytes(data))
        result = encode_cached(Counting(), TEXTS, cache)
        np.testing.assert_array_equal(result.vectors, Counting().encode(TEXTS))
        assert result.n_encoded <= 1
    assert cache.state(IDENTITY).n_damaged == 1
    assert encode_cached(Counting(survives=0), TEXTS, cache).n_encoded == 0


def test_a_file_of_rubbish_is_no_cache_but_does_no_harm(cache):
    encode_cached(Counting(), TEXTS, cache)
    file_of(cache).write_bytes(b"rubbish" * 1000)
    result = encode_cached(Counting(), TEXTS, cache)
    assert result.n_encoded == 40
    assert encode_cached(Counting(survives=0), TEXTS, cache).n_encoded == 0


def _fill(folder, part):
    encode_cached(Counting(), TEXTS[part::4], VectorCache(folder))


def test_processes_may_write_at_once(cache):
    context = get_context("spawn")
    running = [context.Process(target=_fill, args=(cache.folder, part)) for part in range(4)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    assert [process.exitcode for process in running] == [0] * 4
    assert encode_cached(Counting(survives=0), TEXTS, cache).n_cached == 40


def test_nothing_to_encode(cache):
    result = encode_cached(Counting(), [], cache)
    assert result.vectors.shape == (0, 3)
    assert (result.n_encoded, result.n_cached) == (0, 0)


def test_progress_counts_what_was_found(cache):
    encode_cached(Counting(), TEXTS[:10], cache)
    seen = []
    encode_cached(Counting(), TEXTS, cache, lambda done, total: seen.append((done, total)))
    assert seen == [(10, 40), (40, 40)]


def test_odd_texts_have_keys():
    assert len({text_key(text) for text in ("", " ", "\ud800", "教", "教 ")}) == 5
