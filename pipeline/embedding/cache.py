"""Vectors kept on disk by the hash of their text, one file an encoder.

A file `<identity key>.vectors` is a row of records of one size: 16 bytes BLAKE2b of the text, the vector (float32),
4 bytes CRC-32 of both. Records are only ever appended, a chunk at a time under a lock, so a killed run keeps what it
had encoded; a record whose checksum fails counts as absent and is written again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING

import numpy as np

from pipeline.workspace import atomic, dumps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.embedding.encoder import Encoder, Progress
    from pipeline.embedding.identity import EncoderIdentity

CHUNK = 256
"""Texts encoded between two writes: at 40 a second a killed run loses six seconds."""


@dataclass(frozen=True)
class CachedVectors:
    """Vectors of all texts (float32, (n, dim), raw) and how many distinct texts were encoded and found."""

    vectors: np.ndarray
    n_encoded: int
    n_cached: int


@dataclass(frozen=True)
class CacheState:
    """What a check of one file found: whole, damaged and superseded records."""

    n_records: int
    n_damaged: int
    n_texts: int


def text_key(text: str) -> bytes:
    """16 bytes that name a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class VectorCache:
    """Vectors in `folder`; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, identity: EncoderIdentity, keys: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
        """Vectors (n, dim) and a mask (n,) of the keys that were found whole; other rows are zero."""
        vectors = np.zeros((len(keys), identity.dim), np.float32)
        found = np.zeros(len(keys), bool)
        records = self._records(identity)
        if not len(keys) or not len(records):
            return vectors, found
        rows = _locate(records["key"], np.frombuffer(b"".join(keys), np.dtype((np.void, 16))))
        for i in np.flatnonzero(rows >= 0):
            record = records[rows[i]]
            if _is_whole(record):
                vectors[i], found[i] = record["vector"], True
        return vectors, found

    def put(self, identity: EncoderIdentity, keys: Sequence[bytes], vectors: np.ndarray) -> None:
        """Append vectors (n, dim) under their keys and force them to disk."""
        records = np.zeros(len(keys), _dtype(identity.dim))
        records["key"] = np.frombuffer(b"".join(keys), np.dtype((np.void, 16)))
        records["vector"] = vectors
        for record in records:
            record["crc"] = _checksum(record)
        path = self._path(identity)
        if not path.exists():
            self._describe(identity)
        with path.open("ab") as file, _locked(file):
            torn = os.fstat(file.fileno()).st_size % records.itemsize
            if torn:  # a run was killed while writing: drop the half record, or all later ones would be shifted
                file.truncate(os.fstat(file.fileno()).st_size - torn)
            file.write(records.tobytes())
            file.flush()
            os.fsync(file.fileno())

    def state(self, identity: EncoderIdentity) -> CacheState:
        """Check every record of an encoder's file."""
        records = self._records(identity)
        damaged = sum(not _is_whole(record) for record in records)
        return CacheState(len(records), damaged, len(set(records["key"].tolist())))

    def _path(self, identity: EncoderIdentity) -> Path:
        return self.folder / f"{identity.key}.vectors"

    def _records(self, identity: EncoderIdentity) -> np.ndarray:
        dtype, path = _dtype(identity.dim), self._path(identity)
        n = path.stat().st_size // dtype.itemsize if path.exists() else 0
        return np.memmap(path, dtype, "r", shape=(n,)) if n else np.zeros(0, dtype)

    def _describe(self, identity: EncoderIdentity) -> None:
        atomic(self.folder / f"{identity.key}.json", lambda path: path.write_text(dumps(asdict(identity)), "utf-8"))


def encode_cached(
    encoder: Encoder, texts: Sequence[str], cache: VectorCache, progress: Progress | None = None
) -> CachedVectors:
    """Raw vectors of `texts` in their order, encoding only distinct texts the cache does not hold.

    `progress` is called with the distinct texts done (those found included) and all distinct texts.
    """
    identity = encoder.identity
    keys = [text_key(text) for text in texts]
    distinct = dict(zip(keys, texts, strict=True))
    order = list(distinct)
    vectors, found = cache.get(identity, order)
    # by length, so that a chunk has texts of few lengths and little padding
    missing = sorted(np.flatnonzero(~found).tolist(), key=lambda i: (len(distinct[order[i]]), i))
    done = len(order) - len(missing)
    if progress:
        progress(done, len(order))
    for start in range(0, len(missing), CHUNK):
        rows = missing[start : start + CHUNK]
        vectors[rows] = encoder.encode([distinct[order[i]] for i in rows])
        cache.put(identity, [order[i] for i in rows], vectors[rows])
        done += len(rows)
        if progress:
            progress(done, len(order))
    position = {key: i for i, key in enumerate(order)}
    return CachedVectors(vectors[[position[key] for key in keys]], len(missing), len(order) - len(missing))


def _dtype(dim: int) -> np.dtype[np.void]:
    return np.dtype([("key", np.void, 16), ("vector", "<f4", (dim,)), ("crc", "<u4")])


def _checksum(record: np.void) -> int:
    return zlib.crc32(record.tobytes()[:-4])


def _is_whole(record: np.void) -> bool:
    return _checksum(record) == int(record["crc"])


def _locate(stored: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Row of the last record with each wanted key, -1 where there is none; int64 (n,)."""
    rows = {key: row for row, key in enumerate(stored.tolist())}
    return np.array([rows.get(key, -1) for key in wanted.tolist()], np.int64)


@contextlib.contextmanager
def _locked(file: IO[bytes]) -> Iterator[None]:
    """Keep other processes from appending; where the system has no such lock, appends are merely short."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
