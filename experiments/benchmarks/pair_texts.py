"""Texts for the benchmark of pairs: short stretches of words of real documents, a tenth of the texts edited copies."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np


def words(corpus: Path) -> list[str]:
    """All words of all documents in their order."""
    import jieba

    text = "\n".join(path.read_text("utf-8") for path in sorted(corpus.rglob("*.txt")))
    return [word for word in jieba.cut(text) if re.match(r"[一-鿿]", word)]


def made(vocabulary: list[str], n: int, seed: int = 1) -> list[str]:
    """`n` texts of 40 to 120 words; every tenth is another with up to a quarter of its characters edited."""
    rng = np.random.default_rng(seed)
    originals: list[str] = []
    for _ in range(n - n // 10):
        parts: list[str] = []
        length = int(rng.integers(40, 120))
        while len(parts) < length:
            start = int(rng.integers(0, len(vocabulary) - 6))
            parts += vocabulary[start : start + int(rng.integers(1, 6))]
        originals.append("".join(parts))
    letters = "".join(vocabulary[:50_000])
    copies = []
    for _ in range(n // 10):
        text = list(originals[rng.integers(len(originals))])
        for _ in range(int(len(text) * rng.uniform(0, 0.25))):
            at, kind, letter = int(rng.integers(len(text))), rng.integers(3), letters[rng.integers(len(letters))]
            text[at : at + (0 if kind == 0 else 1)] = [] if kind == 1 else [letter]
        copies.append("".join(text))
    texts = originals + copies
    return [texts[k] for k in rng.permutation(n)]


def texts_of(corpus: Path, scratch: Path, n: int) -> Path:
    """The file of `n` texts, one a line; made once for each corpus."""
    documents = sorted(corpus.rglob("*.txt"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in documents)).hexdigest()[:8]
    source = scratch / f"texts-{n}-{digest}.txt"
    if not source.exists():
        source.write_text("\n".join(made(words(corpus), n)), "utf-8")
    return source
