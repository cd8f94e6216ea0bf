"""Measures to vectors, encoded once for each distinct text, model and setting."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.embedding import kernels
from pipeline.embedding.cache import VectorCache, encode_cached
from pipeline.embedding.centring import fit_mean, shipped_mean
from pipeline.errors import JucuoError
from pipeline.settings import Settings
from pipeline.stages.places import cache_dir
from pipeline.stages.progress import Progress, silent
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.embedding.encoder import Encoder

Vectors = NDArray[np.float32]
VECTORS, CARD = "features/vectors.npy", "features/vectors.json"


class CachedEncoder:
    """Texts to raw normalised vectors (n, dim), through the cache; the model loads at the first call."""

    def __init__(self, settings: Settings, progress: Progress = silent) -> None:
        self._settings = settings
        self._progress = progress
        self._encoder: Encoder | None = None
        if settings.embed.backend == "torch-fp32":
            # Torch chooses its kernels when it is first imported, and scikit-learn's helpers may import it before us.
            kernels.pin()
        self._cache = VectorCache(cache_dir() / "vectors")
        self.n_encoded = 0
        self.n_cached = 0

    @property
    def encoder(self) -> Encoder:
        """The encoder itself; raises JucuoError when its model cannot be had."""
        if self._encoder is None:
            from pipeline.embedding import load

            self._encoder = load(self._settings.embed, cache_dir())
        return self._encoder

    def __call__(self, texts: list[str]) -> Vectors:
        """Vectors of `texts`, in their order."""
        result = encode_cached(
            self.encoder, texts, self._cache, lambda done, total: self._progress("encoding", done, total)
        )
        self.n_encoded += result.n_encoded
        self.n_cached += result.n_cached
        return result.vectors


def centring_mean(vectors: Vectors, encoder: CachedEncoder) -> tuple[Vectors, str]:
    """The mean to subtract: the one that ships for this model, else that of these vectors; and which it was."""
    identity = encoder.encoder.identity
    mean = shipped_mean(identity)
    if mean is not None:
        return mean, "shipped"
    return fit_mean(vectors), "corpus"


def run(
    workspace: Workspace, settings: Settings, progress: Progress = silent, encoder: CachedEncoder | None = None
) -> dict[str, Any]:
    """The stage: `measures` to `features/vectors.npy` (raw, normalised) and `features/vectors.json`."""
    measures = workspace.read("measures")
    encode = encoder or CachedEncoder(settings, progress)
    vectors = encode(measures["text"].to_list())
    mean, source = centring_mean(vectors, encode)
    workspace.write_array(VECTORS, vectors)
    workspace.write_json(
        CARD,
        {
            **asdict(encode.encoder.identity),
            "n": len(vectors),
            "centring": {"source": source, "mean": [round(float(x), 8) for x in mean]},
        },
    )
    metrics = {"n_vectors": len(vectors), "dim": int(vectors.shape[1])}
    workspace.write_json("metrics/embed.json", metrics)
    return metrics | {"n_encoded": encode.n_encoded, "n_cached": encode.n_cached}


def read_vectors(workspace: Workspace, n_measures: int) -> tuple[Vectors, Vectors]:
    """Raw vectors (n, dim), memory-mapped, and the centring mean (dim,).

    Raises JucuoError when they are missing or do not belong to the measures table.
    """
    path = workspace.path(VECTORS)
    card = workspace.read_json(CARD)
    try:
        vectors: Vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise JucuoError(
            f"{path} cannot be read: {error}", f"Run `jucuo run --workspace {workspace.root}` again."
        ) from error
    if len(vectors) != n_measures:
        raise JucuoError(
            f"{path} has {len(vectors)} vectors for {n_measures} measures",
            f"Run `jucuo run --workspace {workspace.root}` again.",
        )
    return vectors, np.asarray(card["centring"]["mean"], dtype=np.float32)
