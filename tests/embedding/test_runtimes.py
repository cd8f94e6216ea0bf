"""Other runtimes than torch: near fp32, recorded with the vectors, and a clear word when they are missing."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from pipeline.embedding import folders, kernels, load, runtimes
from pipeline.embedding.cache import VectorCache, encode_cached
from pipeline.errors import JucuoError
from pipeline.settings import EmbedParams


def params(**values):
    return EmbedParams.model_validate(values)


def installed(backend):
    return pytest.param(
        backend, marks=pytest.mark.skipif(not runtimes.available(backend), reason=f"the extra of {backend} is missing")
    )


@pytest.mark.slow
@pytest.mark.parametrize("backend", [installed("onnx-int8"), installed("openvino")])
def test_a_runtime_is_near_torch_whatever_stands_beside_a_text(backend, model_cache, vectors, texts):
    encoder = load(params(backend=backend), model_cache)
    found = encoder.encode(texts)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    spoken = [i for i, text in enumerate(texts) if len(text) > 8]
    assert (found * vectors).sum(axis=1)[spoken].mean() > 0.995
    if runtimes.RUNTIMES[backend].one_at_a_time:
        alone = np.concatenate([encoder.encode([text]) for text in texts])
        assert alone.tobytes() == found.tobytes()
    long = "，".join(f"第{i}项，推进学校建设与教师培训" for i in range(120))
    assert encoder.encode([long]).shape == (1, 384)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["torch-fp32", "torch-bf16", installed("onnx-int8"), installed("openvino")])
def test_a_second_run_encodes_nothing_with_any_backend(backend, model_cache, texts, tmp_path):
    first = encode_cached(load(params(backend=backend), model_cache), texts, VectorCache(tmp_path))
    again = load(params(backend=backend), model_cache)
    second = encode_cached(again, texts, VectorCache(tmp_path))
    assert (first.n_encoded, second.n_encoded, second.n_cached) == (len(texts), 0, len(texts))
    assert second.vectors.tobytes() == first.vectors.tobytes()
    assert "_model" not in vars(again), "what is cached needs no model"


@pytest.mark.slow
@pytest.mark.parametrize("backend", [installed("onnx-int8")])
def test_a_converted_model_is_kept_and_a_damaged_one_made_again(backend, model_cache):
    load(params(backend=backend), model_cache).encode(["教育"])
    [folder] = model_cache.glob(f"onnx-*-{runtimes.RUNTIMES[backend].recipe}")
    digest = folders.verify(folder)
    assert digest
    (folder / "model.onnx").write_bytes(b"cut short")
    assert folders.verify(folder) is None
    load(params(backend=backend), model_cache).encode(["教育"])
    assert folders.verify(folder) is not None


def test_the_runtime_is_recorded_with_its_version(model_cache, encoder, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    monkeypatch.setattr(runtimes.importlib.metadata, "version", lambda _name: "9.9")
    found = load(params(backend="onnx-int8"), model_cache).identity
    assert (found.backend, found.kernels) == ("onnx-int8", "onnxruntime-9.9/2")
    assert found.key != encoder.identity.key
    monkeypatch.setattr(kernels, "cpu_flags", lambda: frozenset({"avx2"}))
    assert load(params(backend="openvino"), model_cache).identity.backend == "openvino-fp32"


@pytest.mark.parametrize(("backend", "extra"), [("onnx-int8", "onnx"), ("openvino", "openvino")])
def test_a_missing_runtime_names_its_extra(backend, extra, model_cache, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(JucuoError, match=rf"is not installed[\s\S]*jucuo\[{extra}\]"):
        load(params(backend=backend), model_cache)


def test_auto_takes_int8_without_bf16_hardware_only_if_it_is_there(model_cache, monkeypatch):
    monkeypatch.setattr(kernels, "cpu_flags", lambda: frozenset({"avx2"}))
    for is_there, backend in ((True, "onnx-int8"), (False, "torch-fp32")):
        monkeypatch.setattr(runtimes, "available", lambda _name, is_there=is_there: is_there)
        monkeypatch.setattr(runtimes, "require", lambda name: runtimes.RUNTIMES[name])
        assert load(params(backend="auto"), model_cache)._backend == backend


def test_a_runtime_is_refused_on_another_device(model_cache, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    with pytest.raises(JucuoError, match="runs on the CPU"):
        load(params(backend="onnx-int8", device="cuda"), model_cache)
