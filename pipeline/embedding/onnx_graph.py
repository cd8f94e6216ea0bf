"""A transformer as an ONNX graph with 8-bit weights, and the session that runs it, one text at a time.

Alone a text needs neither padding nor a mask, and that is where the time was: of 24 ms a text of 140 tokens (AVX-512
VNNI, 2 threads) 9 went into matrix products, the rest into masks, guards against masked-out rows, transpositions and
shapes. So attention becomes one operation of ONNX Runtime's own, `MultiHeadAttention`, fed with the projections as they
are. What only resembles full attention (causal, windowed, grouped heads) keeps the model's own operations.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECIPE = 2
"""Number of this conversion; a change of what is written raises it."""

INPUT, OUTPUT = "input_ids", "last_hidden_state"
_OPSET = 17
_FUSED = "jucuo-fused"
_UNDONE = (["Reshape", "Reshape"], ["Reshape", "Transpose", "Transpose", "Reshape"])
"""From the attention back to a projection: heads joined, which undoes their being split. The exporter cancels most
pairs of transpositions by itself; that nothing else looks like this is checked on the model's own answer."""

_FIRST_ID, _N_IDS = 10, 40
_TOLERANCE = 1e-3
_SLOWER = ["SkipLayerNormFusion"]
"""Adding and normalising in one operation takes 153 µs a text of 140 tokens, in two about 60."""


def write(transformer: Any, folder: Path) -> dict[str, Any]:
    """Write `model.onnx`; what the manifest says of it.

    Weights are signed 8-bit integers with a scale a channel: unsigned or a scale a matrix is slower or worse.

    Raises:
        ValueError: when the graph does not compute what the model does.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    plain, joined = folder / "exported.onnx", folder / "joined.onnx"
    expected = _export(transformer, plain)
    model = onnx.load(plain)
    _join_heads(model.graph)
    onnx.save(model, joined)
    _check(joined, expected)
    quantize_dynamic(joined, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    for path in (plain, joined):
        path.unlink()
    return {"weights": "int8 per channel"}


def session(folder: Path, threads: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A function of ids and mask (b, t) that gives token vectors (b, t, dim), zero where the mask is."""
    run = _runner(folder / "model.onnx", threads)

    def each(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        if mask.all() and len(ids) == 1:
            return run(ids)
        kept = mask.astype(bool)
        alone = [run(row[None, keep])[0] for row, keep in zip(ids, kept, strict=True)]
        found = np.zeros((*ids.shape, alone[0].shape[-1]), np.float32)
        for row, keep, vectors in zip(found, kept, alone, strict=True):
            row[keep] = vectors
        return found

    return each


def _runner(path: Path, threads: int) -> Callable[[np.ndarray], np.ndarray]:
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    made = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
    )

    def run(ids: np.ndarray) -> np.ndarray:
        found: np.ndarray = made.run([OUTPUT], {INPUT: ids})[0]
        return found

    return run


def _export(transformer: Any, path: Path) -> np.ndarray:
    """Write the graph with 32-bit weights; the model's own answer to the example, float32 (1, t, dim)."""
    import torch

    class States(torch.nn.Module):
        """Ids to token vectors: converters follow tensors, not result objects."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = transformer

        def forward(self, ids: torch.Tensor) -> Any:
            return self.inner(input_ids=ids, attention_mask=torch.ones_like(ids), return_dict=True)[OUTPUT]

    states = States().eval()
    with torch.inference_mode():
        expected: np.ndarray = states(torch.from_numpy(_example())).numpy()
    own = transformer.config._attn_implementation  # noqa: SLF001 - it can be set in public, but not asked
    if own == "sdpa":  # others, or a model of an older make, have no place to put another attention
        _register_attention()
        transformer.set_attn_implementation(_FUSED)
    try:
        torch.onnx.export(
            states,
            (torch.from_numpy(_example()),),
            str(path),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in (INPUT, OUTPUT)},
            opset_version=_OPSET,
            dynamo=False,  # the other exporter needs a further package
            custom_opsets={"com.microsoft": 1},
        )
    finally:
        if own == "sdpa":
            transformer.set_attn_implementation(own)
    return expected


def _example() -> np.ndarray:
    return np.arange(_FIRST_ID, _FIRST_ID + _N_IDS, dtype=np.int64)[None]


def _check(path: Path, expected: np.ndarray) -> None:
    """Raises ValueError when the graph's answer to the example is not the model's."""
    off = float(np.abs(_runner(path, 1)(_example()) - expected).max())
    if not off < _TOLERANCE:
        raise ValueError(f"its graph gives other vectors than the model, by up to {off:.2g}")


@functools.cache
def _register_attention() -> None:
    """Make the fused attention known to transformers and to the exporter, once a process."""
    import torch
    from torch import onnx
    from torch.onnx import symbolic_helper
    from transformers import AttentionInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, heads: int, scale: float) -> torch.Tensor:
        q, k, v = (x.view(*x.shape[:2], heads, -1).transpose(1, 2) for x in (q, k, v))
        found = torch.nn.functional.scaled_dot_product_attention(q, k, v, scale=scale)
        return found.transpose(1, 2).flatten(2)

    # annotations are read from the signature, where those of this module are strings
    attend.__annotations__ = dict.fromkeys("qkv", torch.Tensor) | {"heads": int, "scale": float, "return": torch.Tensor}
    operation = torch.library.custom_op("jucuo::attention", attend, mutates_args=())

    def symbol(graph: Any, q: Any, k: Any, v: Any, heads: int, scale: float) -> Any:
        found = graph.op("com.microsoft::MultiHeadAttention", q, k, v, num_heads_i=heads, scale_f=scale)
        found.setType(q.type())
        return found

    parsed = symbolic_helper.parse_args("v", "v", "v", "i", "f")(symbol)
    onnx.register_custom_op_symbolic("jucuo::attention", parsed, _OPSET)  # type: ignore[attr-defined]  # not in `__all__`

    def fused(module: Any, q: Any, k: Any, v: Any, mask: Any, **kwargs: Any) -> tuple[Any, None]:
        if not _is_full(module, q, k, kwargs):
            plain: tuple[Any, None] = sdpa_attention_forward(module, q, k, v, mask, **kwargs)
            return plain
        batch, heads, tokens, size = q.shape
        joined = (x.transpose(1, 2).reshape(batch, tokens, heads * size) for x in (q, k, v))
        found = operation(*joined, int(heads), float(kwargs.get("scaling") or int(size) ** -0.5))
        return found.view(batch, tokens, heads, size), None

    AttentionInterface.register(_FUSED, fused)
    AttentionMaskInterface.register(_FUSED, sdpa_mask)


def _is_full(module: Any, q: Any, k: Any, kwargs: dict[str, Any]) -> bool:
    """Whether every token attends to every other, with as many heads on both sides and nothing added."""
    causal = kwargs.get("is_causal")
    causal = getattr(module, "is_causal", True) if causal is None else causal
    known = {"dropout", "scaling", "is_causal"}
    more = [name for name, value in kwargs.items() if value is not None and value is not False and name not in known]
    return not causal and not more and int(q.shape[1]) == int(k.shape[1])


def _join_heads(graph: Any) -> None:
    """Feed each attention from the projections themselves, and drop the splitting and joining of heads around it."""
    made = {name: node for node in graph.node for name in node.output}
    users: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    for node in (node for node in graph.node if node.op_type == "MultiHeadAttention"):
        for i in range(3):
            chain, source = _back(made, node.input[i])
            if chain in _UNDONE:
                node.input[i] = source
        _skip_reshapes(users, node.output[0])
    _drop_unused(graph)


def _back(made: dict[str, Any], name: str) -> tuple[list[str], str]:
    """Operations that only reorder, from a value back, four at most; and the value before them."""
    chain: list[str] = []
    while len(chain) < len(_UNDONE[-1]) and name in made and made[name].op_type in ("Reshape", "Transpose"):
        chain.append(made[name].op_type)
        name = made[name].input[0]
    return chain, name


def _skip_reshapes(users: dict[str, list[Any]], name: str) -> None:
    """Where a value is only split into heads and joined again, use it as it is."""
    last = name
    for _ in range(2):
        after = users.get(last, [])
        if len(after) != 1 or after[0].op_type != "Reshape":
            return
        last = after[0].output[0]
    for user in users.get(last, []):
        user.input[list(user.input).index(last)] = name


def _drop_unused(graph: Any) -> None:
    """Remove nodes whose outputs nothing reads; they are in topological order."""
    needed, kept = {value.name for value in graph.output}, []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))
