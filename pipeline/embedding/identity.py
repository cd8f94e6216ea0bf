"""What exactly made a vector: everything that changes its bytes, and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class EncoderIdentity:
    """An encoder and its settings; two equal identities give the same vectors for the same text.

    Attributes:
        model: name as configured.
        revision: commit of a hub model, recipe of the offline one, None for a local folder.
        backend: `torch-fp32`, `torch-bf16`, `onnx-int8`, `openvino-fp32` or `openvino-bf16`, with the device when it is
            not the CPU (`torch-fp32@cuda`) and the window when it is not the model's limit (`torch-fp32/256`).
        kernels: `avx2` when the arithmetic is pinned to kernels every x86 machine of the last ten years has,
            `native` when the machine chose (bytes may then differ elsewhere in the seventh digit); of another runtime
            its name, version and, from the second on, the number of our conversion (`onnxruntime-1.31.1/2`).
        prompt: prefix put before every text.
        dim: length of a vector.
        digest: sha256 over the model's files.
    """

    model: str
    revision: str | None
    backend: str
    kernels: str
    prompt: str
    dim: int
    digest: str

    @property
    def key(self) -> str:
        """Short hexadecimal name of this identity, for cache files."""
        relevant = {name: value for name, value in asdict(self).items() if name not in ("model", "revision")}
        return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()[:16]
