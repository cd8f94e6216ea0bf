"""Texts to vectors, through any sentence-transformers model."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.embedding import kernels, models, runtimes, windows
from pipeline.embedding.identity import EncoderIdentity
from pipeline.errors import JucuoError

if TYPE_CHECKING:
    from pathlib import Path

    from sentence_transformers import SentenceTransformer

    from pipeline.settings import EmbedParams

Progress = Callable[[int, int], object]
"""Called with the windows done and all windows."""

PAD_MULTIPLE = 16
"""Texts are padded to a multiple of this and only meet texts of their own padded length (see `kernels`)."""

_MAX_TOKENS = 8192
_TOKENISE_AT_ONCE = 1024

logger = logging.getLogger(__name__)


class Encoder:
    """An encoder; its model is found when the object is made and loaded into torch at the first text."""

    def __init__(self, params: EmbedParams, cache_dir: Path) -> None:
        self._params = params
        self._source = models.find(params.model, params.revision, cache_dir)
        self._cache_dir = cache_dir
        self._backend = runtimes.fastest(params.device) if params.backend == "auto" else params.backend
        self._runtime = runtimes.require(self._backend) if self._backend in runtimes.RUNTIMES else None
        if self._runtime and params.device != "cpu":
            raise JucuoError(
                f"embed.backend {self._backend} runs on the CPU, but embed.device is {params.device}",
                "Set embed.device to cpu, or embed.backend to torch-bf16.",
            )

    @cached_property
    def identity(self) -> EncoderIdentity:
        """What makes these vectors; loads the model only if nothing else tells its dimension."""
        source = self._source
        known = bool(source.digest and source.dim and self._params.prompt is not None)
        revision = source.revision if known else models.revision_of(self._model, source)
        backend = self._backend
        if backend == "openvino":
            backend += "-bf16" if kernels.has_fast_bf16() else "-fp32"
        if self._params.device != "cpu":
            backend += f"@{self._params.device}"
        if self._params.window is not None:
            backend += f"/{self._params.window}"
        return EncoderIdentity(
            model=source.name,
            revision=revision,
            backend=backend,
            kernels=self._kernels,
            prompt=self._prompt,
            dim=source.dim or int(self._model.get_embedding_dimension() or 0),
            digest=source.digest or hashlib.sha256(f"{source.name}@{revision}".encode()).hexdigest(),
        )

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Raw vectors of `texts`, float32 (n, dim), L2-normalised, in their order.

        A text longer than the model's limit is cut into windows whose vectors are averaged by token count.
        The same text gives the same bytes whatever else is encoded with it (fp32 on the CPU).
        """
        pieces, owners = self._windows(texts)
        sums = np.zeros((len(texts), self.identity.dim), np.float64)
        done = 0
        for rows, vectors, lengths in self._batches(pieces):
            np.add.at(sums, owners[rows], vectors.astype(np.float64) * lengths[:, None])
            done += len(rows)
            if progress:
                progress(done, len(pieces))
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        return (sums / np.where(norms > 0, norms, 1.0)).astype(np.float32)

    def n_tokens(self, texts: Sequence[str]) -> np.ndarray:
        """Tokens of each text with prompt and special tokens, int64 (n,); not truncated."""
        return np.array([len(ids) for ids in self._token_ids([self._prompt + text for text in texts])], np.int64)

    @cached_property
    def _kernels(self) -> str:
        if self._runtime:
            return self._runtime.kernels
        if self._params.device != "cpu" or self._backend != "torch-fp32":
            return "native"
        found = kernels.pin()
        if found == "native" and kernels.can_pin():
            logger.warning("torch was loaded before the encoder: vectors may differ in the 7th digit elsewhere")
        return found

    @cached_property
    def _prompt(self) -> str:
        if self._params.prompt is not None:
            return self._params.prompt
        prompts = self._model.prompts or {}
        return prompts.get("query") or prompts.get(self._model.default_prompt_name or "") or ""

    @cached_property
    def _model(self) -> SentenceTransformer:
        self._kernels  # noqa: B018 - must run before torch is loaded
        import torch

        model = models.load(self._source, self._params.device, bf16=self._backend == "torch-bf16")
        if self._runtime:
            runtimes.install(model, self._source, self._backend, self._params.threads, self._cache_dir)
        if self._params.device == "cpu":
            torch.set_num_threads(self._params.threads)
        return model

    @cached_property
    def _is_transformer(self) -> bool:
        tokenizer = getattr(self._model, "tokenizer", None)
        return hasattr(self._model[0], "auto_model") and bool(getattr(tokenizer, "is_fast", False))

    @cached_property
    def _limit(self) -> int:
        return min(int(self._model.max_seq_length or _MAX_TOKENS), self._params.window or _MAX_TOKENS, _MAX_TOKENS)

    def _token_ids(self, texts: Sequence[str]) -> Iterator[list[int]]:
        for start in range(0, len(texts), _TOKENISE_AT_ONCE):
            batch = list(texts[start : start + _TOKENISE_AT_ONCE])
            yield from self._model.tokenizer(batch, truncation=False, verbose=False)["input_ids"]

    def _windows(self, texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
        """Windows with their prompt, and for each the row of its text, int64 (n_windows,)."""
        prompt = self._prompt
        if not self._is_transformer:
            return [prompt + text for text in texts], np.arange(len(texts))
        empty = int(self.n_tokens([""])[0])
        pieces, owners = [], []
        for row, (text, length) in enumerate(zip(texts, self.n_tokens(texts).tolist(), strict=True)):
            parts = [text] if length <= self._limit else windows.cut(text, self._starts(text), self._limit - empty)
            pieces += [prompt + part for part in parts]
            owners += [row] * len(parts)
        return pieces, np.array(owners, np.int64)

    def _starts(self, text: str) -> list[int]:
        encoded = self._model.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return [start for start, _ in encoded["offset_mapping"]]

    def _batches(self, pieces: Sequence[str]) -> Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Batches of windows, longest first: rows (b,), vectors (b, dim), token counts (b,)."""
        if not self._is_transformer:
            yield from self._plain_batches(pieces)
            return
        ids = [tokens[: self._limit] for tokens in self._token_ids(pieces)]
        lengths = np.array([len(tokens) for tokens in ids], np.int64)
        singly = self._runtime is not None and self._runtime.one_at_a_time
        padded = lengths if singly else -(-lengths // PAD_MULTIPLE) * PAD_MULTIPLE
        order = np.lexsort((np.arange(len(ids)), -padded))
        groups = np.split(order, np.flatnonzero(np.diff(padded[order])) + 1) if ids else []
        size = 1 if singly else self._params.batch_size
        for group in groups:
            for start in range(0, len(group), size):
                rows = group[start : start + size]
                width = min(int(padded[rows[0]]), self._limit)
                yield rows, self._forward([ids[row] for row in rows], width), lengths[rows]

    def _plain_batches(self, pieces: Sequence[str]) -> Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        for start in range(0, len(pieces), self._params.batch_size):
            rows = np.arange(start, min(start + self._params.batch_size, len(pieces)))
            vectors = self._model.encode([pieces[row] for row in rows.tolist()], show_progress_bar=False, prompt="")
            yield rows, np.asarray(vectors, np.float32), np.ones(len(rows))

    def _forward(self, ids: list[list[int]], width: int) -> np.ndarray:
        import torch

        tokenizer: Any = self._model.tokenizer
        batch = tokenizer.pad({"input_ids": ids}, padding="max_length", max_length=width, return_tensors="pt")
        features = {name: tensor.to(self._params.device) for name, tensor in batch.items()}
        with torch.inference_mode():
            vectors = self._model(features)["sentence_embedding"]
        found: np.ndarray = vectors.float().cpu().numpy()
        return found
