"""Near-duplicate tools on the same texts: datasketch, rensa and text-dedup, as documented and as set for Chinese.

Every method takes texts and gives the pairs (smaller row first) that it calls near. Tools that only propose candidates
are given what their users add: the exact Jaccard similarity (or containment) of the same shingles and a threshold.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

Pairs = set[tuple[int, int]]
Measure = Callable[[set[str], set[str]], float]
PERMUTATIONS = 128


@dataclass(frozen=True)
class Peer:
    """A tool in one setting.

    Attributes:
        name: what it is called in tables.
        setting: shingles and thresholds, in words.
        pairs: texts to pairs.
    """

    name: str
    setting: str
    pairs: Callable[[Sequence[str]], Pairs]


def plain(text: str) -> str:
    """Letters and digits only: the peers, too, are spared punctuation and line breaks in their Chinese settings."""
    return "".join(filter(str.isalnum, text))


def shingles(text: str, size: int) -> set[str]:
    """Runs of `size` characters, or the whole text where it is shorter."""
    bare = plain(text)
    return {bare[at : at + size] for at in range(max(1, len(bare) - size + 1))}


def _ordered(pairs: Iterable[tuple[int, int]]) -> Pairs:
    return {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}


def datasketch_lsh(sets: Sequence[set[str]], **banding: object) -> Pairs:
    """Pairs that share a bucket of datasketch's MinHashLSH."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=PERMUTATIONS, **banding)  # type: ignore[arg-type]
    hashes = list(MinHash.generator([[s.encode() for s in own] for own in sets], num_perm=PERMUTATIONS))
    for row, minhash in enumerate(hashes):
        index.insert(row, minhash)
    return _ordered((row, other) for row, minhash in enumerate(hashes) for other in index.query(minhash))


def datasketch_ensemble(sets: Sequence[set[str]], threshold: float) -> Pairs:
    """Pairs that datasketch's LSH Ensemble proposes: the query is probably contained in the other."""
    from datasketch import MinHash, MinHashLSHEnsemble

    index = MinHashLSHEnsemble(threshold=threshold, num_perm=PERMUTATIONS, num_part=16)
    hashes = list(MinHash.generator([[s.encode() for s in own] for own in sets], num_perm=PERMUTATIONS))
    index.index([(row, minhash, len(sets[row])) for row, minhash in enumerate(hashes)])
    return _ordered(
        (row, other) for row, minhash in enumerate(hashes) for other in index.query(minhash, len(sets[row]))
    )


def rensa_lsh(sets: Sequence[Iterable[str]], threshold: float, bands: int) -> Pairs:
    """Pairs that share a bucket of rensa's RMinHashLSH."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=bands)
    hashes = []
    for row, own in enumerate(sets):
        minhash = RMinHash(num_perm=PERMUTATIONS, seed=42)
        minhash.update(sorted(own))
        index.insert(row, minhash)
        hashes.append(minhash)
    return _ordered((row, other) for row, minhash in enumerate(hashes) for other in index.query(minhash))


def jaccard(one: set[str], other: set[str]) -> float:
    """Common shingles over all shingles."""
    return len(one & other) / len(one | other)


def containment(one: set[str], other: set[str]) -> float:
    """Common shingles over those of the shorter text."""
    return len(one & other) / min(len(one), len(other))


def verified(sets: Sequence[set[str]], pairs: Pairs, measure: Measure, least: float) -> Pairs:
    """The pairs that have at least this similarity."""
    return {(i, j) for i, j in pairs if measure(sets[i], sets[j]) >= least}


def text_dedup(python: str, texts: Sequence[str], ngram: int, threshold: float) -> Pairs:
    """All pairs within the clusters of text-dedup's MinHash, run by the interpreter it is installed for."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "texts.jsonl"
        rows = (json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
        source.write_text("".join(rows), "utf-8")
        runner = Path(__file__).with_name("run_text_dedup.py")
        command = [python, str(runner), str(source), str(ngram), str(threshold)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"text-dedup failed in {python}:\n{done.stderr[-2000:]}")
    members: dict[int, list[int]] = defaultdict(list)
    for row, cluster in enumerate(json.loads(done.stdout.splitlines()[-1])):
        members[cluster].append(row)
    return _ordered(pair for rows in members.values() for pair in itertools.combinations(rows, 2))


def defaults(python: str | None) -> list[Peer]:
    """The tools as their documentation shows them."""
    found = [
        Peer(
            "datasketch",
            "words at spaces, 128 permutations, threshold 0.5",
            lambda texts: datasketch_lsh([set(text.split()) for text in texts], threshold=0.5),
        ),
        Peer(
            "rensa",
            "words at spaces, 128 permutations, 16 bands",
            lambda texts: rensa_lsh([text.split() for text in texts], 0.8, 16),
        ),
    ]
    if python is not None:
        setting = "word 5-grams at non-letters, 250 permutations, threshold 0.7"
        found.append(Peer("text-dedup", setting, lambda texts: text_dedup(python, texts, 5, 0.7)))
    return found


SIZES, LEAST, COVERED = (2, 3, 4), (0.2, 0.3, 0.4, 0.5, 0.6, 0.7), (0.5, 0.6, 0.7, 0.8)
"""Characters of a shingle and thresholds among which the Chinese setting of each tool is chosen."""


@lru_cache(maxsize=16)
def candidates(name: str, size: int, texts: tuple[str, ...]) -> Pairs:
    """What a tool proposes among shingles of `size` characters, before verification."""
    sets = [shingles(text, size) for text in texts]
    if name == "datasketch":
        return datasketch_lsh(sets, params=(32, 4))
    return rensa_lsh(sets, 0.5, 32) if name == "rensa" else datasketch_ensemble(sets, min(COVERED))


def chinese(python: str | None) -> dict[str, list[Peer]]:
    """For each tool its settings with character shingles; the best on calibration data is to be taken."""

    def of(name: str, size: int, least: float, measure: Measure, words: str) -> Peer:
        def pairs(texts: Sequence[str]) -> Pairs:
            found = candidates(name, size, tuple(texts))
            return verified([shingles(text, size) for text in texts], found, measure, least)

        return Peer(name, f"characters, {size}-grams, {words} >= {least}", pairs)

    found = {
        name: [of(name, size, least, jaccard, "32 bands of 4, Jaccard") for size in SIZES for least in LEAST]
        for name in ("datasketch", "rensa")
    }
    name = "datasketch LSH Ensemble"
    found[name] = [of(name, size, least, containment, "containment") for size in SIZES for least in COVERED]
    if python is not None:
        found["text-dedup"] = [
            Peer(
                "text-dedup",
                f"spaced characters, {size}-grams, threshold {least}",
                lambda texts, size=size, least=least: text_dedup(  # type: ignore[misc]
                    python, [" ".join(plain(text)) for text in texts], size, least
                ),
            )
            for size in (2, 3)
            for least in (0.3, 0.5, 0.7)
        ]
    return found
