"""The ONNX graph: attention fused only where it is full attention, right in company, the same bytes again."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="the extra onnx is missing")
pytest.importorskip("onnx", reason="the extra onnx is missing")

from pipeline.embedding import onnx_graph

IDS = np.array([[2, 30, 31, 32, 33, 34, 35, 3], [2, 50, 51, 52, 3, 1, 1, 1]], np.int64)
MASK = (np.array([8, 5])[:, None] > np.arange(8)).astype(np.int64)


def tiny(**values):
    """A small transformer with drawn weights."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(5)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    return BertModel(
        BertConfig(vocab_size=60, initializer_range=0.3, **sizes, **values), add_pooling_layer=False
    ).eval()


def answer(model, ids, mask):
    import torch

    with torch.inference_mode():
        found = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
    return found.last_hidden_state.numpy()


def n_fused(folder):
    import onnx

    return sum(node.op_type == "MultiHeadAttention" for node in onnx.load(folder / "model.onnx").graph.node)


@pytest.mark.parametrize(("values", "fused"), [({}, 2), ({"is_decoder": True}, 0)])
def test_only_full_attention_is_fused_and_every_graph_answers_like_its_model(tmp_path, values, fused):
    model = tiny(**values)
    onnx_graph.write(model, tmp_path)
    assert n_fused(tmp_path) == fused
    assert model.config._attn_implementation == "sdpa", "the model is left as it was"
    found, expected = onnx_graph.session(tmp_path, 1)(IDS, MASK), answer(model, IDS, MASK)
    kept = MASK.astype(bool)
    cosines = [np.corrcoef(a, b)[0, 1] for a, b in zip(found[kept], expected[kept], strict=True)]
    assert min(cosines) > 0.99
    assert not found[~kept].any()


def test_a_padded_text_has_the_bytes_it_has_alone(tmp_path):
    onnx_graph.write(tiny(), tmp_path)
    run = onnx_graph.session(tmp_path, 1)
    together = run(IDS, MASK)
    assert together[:1].tobytes() == run(IDS[:1], MASK[:1]).tobytes()
    assert together[1:, :5].tobytes() == run(IDS[1:, :5], MASK[1:, :5]).tobytes()


def test_the_same_model_gives_the_same_file(tmp_path):
    digests = []
    for name in "ab":
        folder = tmp_path / name
        folder.mkdir()
        onnx_graph.write(tiny(), folder)
        assert [path.name for path in folder.iterdir()] == ["model.onnx"]
        digests.append(hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest())
    assert digests[0] == digests[1]


def test_a_graph_that_computes_something_else_is_refused(tmp_path, monkeypatch):
    real = onnx_graph._export

    def other(model, path):
        return real(model, path) + 0.01

    monkeypatch.setattr(onnx_graph, "_export", other)
    with pytest.raises(ValueError, match="other vectors than the model"):
        onnx_graph.write(tiny(), tmp_path)
