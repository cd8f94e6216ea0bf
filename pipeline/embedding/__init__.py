"""Texts to vectors: encoders behind sentence-transformers, the offline default, the vector cache, centring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.embedding.identity import EncoderIdentity

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.embedding.encoder import Encoder
    from pipeline.settings import EmbedParams

__all__ = ["EncoderIdentity", "load"]


def load(params: EmbedParams, cache_dir: Path) -> Encoder:
    """Find the encoder `params` names; its model is loaded into torch at the first text it encodes.

    Args:
        params: model, backend, device, prompt, batch size, threads.
        cache_dir: where the offline model is kept once it is made.

    Raises:
        JucuoError: when the model cannot be had, with the remedy.
    """
    from pipeline.embedding.encoder import Encoder

    return Encoder(params, cache_dir)
