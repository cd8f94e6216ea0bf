"""Other runtimes for a model's transformer: ONNX Runtime with 8-bit weights, and OpenVINO. Both are optional extras.

Only the transformer inside the sentence-transformers model is replaced; tokenizer, pooling and normalisation stay. The
converted model is kept in the cache folder, named after the digest of what it was made from.

ONNX Runtime gets one text at a time: that is a third faster than batches of 16, and it scales activations over a whole
batch, so that in company a text's vector would change.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import importlib.util
import logging
import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.embedding import folders, kernels, onnx_graph
from pipeline.errors import JucuoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sentence_transformers import SentenceTransformer

    from pipeline.embedding.models import ModelSource

_SIZE_MB = 700


@dataclass(frozen=True)
class Runtime:
    """A runtime that may stand in for torch.

    Attributes:
        extra: optional extra of this package that brings it.
        packages: modules it needs.
        distribution: package whose version is recorded.
        recipe: number of the conversion; a change of what is written raises it.
        one_at_a_time: whether texts go in singly and unpadded.
        write: the model as a torch module -> files in a folder, and what their manifest says.
        session: folder, threads -> a function of input ids and mask (b, t) that gives token vectors (b, t, dim).
    """

    extra: str
    packages: tuple[str, ...]
    distribution: str
    recipe: int
    one_at_a_time: bool
    write: Callable[[Any, Path], dict[str, Any]]
    session: Callable[[Path, int], Callable[[np.ndarray, np.ndarray], np.ndarray]]

    @property
    def kernels(self) -> str:
        """Name, version and recipe: a vector's bytes depend on them, and on the processor."""
        version = importlib.metadata.version(self.distribution)
        return f"{self.distribution}-{version}" + (f"/{self.recipe}" if self.recipe > 1 else "")


def available(backend: str) -> bool:
    """Whether the packages of a backend are installed."""
    return all(importlib.util.find_spec(package) is not None for package in RUNTIMES[backend].packages)


def fastest(device: str) -> str:
    """The backend `auto` takes: the fastest installed, by what features of processors were measured to be worth.

    See `experiments/results/encode-speed.md`: bf16 in hardware, else 8-bit integers.
    """
    if device != "cpu" or kernels.has_fast_bf16():
        return "torch-bf16"
    return "onnx-int8" if available("onnx-int8") else "torch-fp32"


def require(backend: str) -> Runtime:
    """The runtime of a backend; raises JucuoError naming the extra when it is not installed."""
    runtime = RUNTIMES[backend]
    missing = [package for package in runtime.packages if importlib.util.find_spec(package) is None]
    if missing:
        raise JucuoError(
            f"embed.backend is {backend}, but {' and '.join(missing)} is not installed",
            f"Install the extra: pip install 'jucuo[{runtime.extra}]', or set embed.backend to torch-fp32.",
        )
    return runtime


def install(model: SentenceTransformer, source: ModelSource, backend: str, threads: int, cache_dir: Path) -> None:
    """Put a runtime in the place of the model's transformer, converting it first if that was not done before.

    Raises:
        JucuoError: when the runtime is missing, or cannot run this kind of model.
    """
    import torch
    from transformers.modeling_outputs import BaseModelOutput

    runtime = require(backend)
    inner: Any = model[0]
    transformer = inner.auto_model
    made_of = source.digest or hashlib.sha256(f"{source.name}@{source.revision}".encode()).hexdigest()
    folder = cache_dir / f"{runtime.extra}-{made_of[:12]}-{runtime.recipe}"
    folders.ensure(folder, functools.partial(_convert, runtime, transformer, source.name, backend), _SIZE_MB)
    run = runtime.session(folder, threads)

    class Replacement(torch.nn.Module):
        """Token vectors from the runtime; `config` tells sentence-transformers the dimension."""

        config = transformer.config

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **_: Any) -> BaseModelOutput:
            found = run(input_ids.numpy(), attention_mask.numpy())
            return BaseModelOutput(last_hidden_state=torch.from_numpy(found))

    inner.model = Replacement()


def _convert(runtime: Runtime, transformer: Any, name: str, backend: str, folder: Path) -> dict[str, Any]:
    try:
        with _silent():
            made = runtime.write(transformer, folder)
        return made | {"recipe": runtime.recipe, "source": name, "runtime": runtime.kernels}
    except OSError:
        raise
    except Exception as exc:
        first = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise JucuoError(
            f"the model {name} cannot be converted for {backend}: {first}", "Set embed.backend to torch-fp32."
        ) from exc


def _only_states(transformer: Any) -> Any:
    """The transformer as a module of two tensors to one: converters follow tensors, not result objects."""
    import torch

    class States(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = transformer

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask, return_dict=True)["last_hidden_state"]

    return States().eval()


def _example() -> tuple[Any, Any]:
    """Two texts of different lengths: with one, a converter could take the mask for a constant."""
    import torch

    ids = torch.arange(10, 74).reshape(2, 32)
    mask = torch.ones_like(ids)
    mask[1, 20:] = 0
    return ids, mask


def _openvino() -> Any:
    """The module, imported without its telemetry: a conversion would report itself over the network unasked."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # the import then fails, a stub steps in
    import openvino

    return openvino


def _write_openvino(transformer: Any, folder: Path) -> dict[str, Any]:
    openvino = _openvino()
    converted = openvino.convert_model(_only_states(transformer), example_input=_example())
    openvino.save_model(converted, folder / "model.xml", compress_to_fp16=True)
    return {"weights": "fp16"}


def _openvino_session(folder: Path, threads: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    openvino = _openvino()
    precision = "bf16" if kernels.has_fast_bf16() else "f32"
    options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision}
    with kernels.unpinned():
        compiled = openvino.Core().compile_model(folder / "model.xml", "CPU", options)
        compiled([np.full((1, 1), 2), np.ones((1, 1), np.int64)])  # kernels are chosen at the first call

    def run(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return np.array(compiled([ids, mask])[0])  # copied: the next call overwrites it

    return run


RUNTIMES = {
    "onnx-int8": Runtime(
        "onnx",
        ("onnxruntime", "onnx"),
        "onnxruntime",
        recipe=onnx_graph.RECIPE,
        one_at_a_time=True,
        write=onnx_graph.write,
        session=onnx_graph.session,
    ),
    "openvino": Runtime(
        "openvino",
        ("openvino",),
        "openvino",
        recipe=1,
        one_at_a_time=False,
        write=_write_openvino,
        session=_openvino_session,
    ),
}


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Without the converters' own remarks: they would stand amid our machine output."""
    root, level = logging.getLogger(), logging.getLogger().level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root.setLevel(logging.ERROR)
        try:
            yield
        finally:
            root.setLevel(level)
