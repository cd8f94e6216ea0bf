"""A blind, stratified sample of pairs of measures to be judged.

    jucuo run --corpus ../shared/corpus --workspace WORK
    python experiments/labels/pool_pairs.py WORK POOL KEY.jsonl

Strata are the relations our system gives and what it gives none: pairs just below each threshold, neighbours in
meaning without common wording, shared passages of two bureaus, the nearest measure of the next year, any two measures.
A judge sees two texts in random order under a running number; which measures they are, their stratum and our verdict
go to KEY, which stays away from the judges. The sample follows from the workspace and the seed alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipeline.reuse import find_pairs
from pipeline.reuse.text import normalise
from pipeline.reuse.vectors import centred
from pipeline.settings import ReuseParams
from pipeline.stages.embed import read_vectors
from pipeline.workspace import Workspace

LONGEST = 500
"""Characters of the longest text in the pool: a judge compares whole texts, not their beginnings."""
LOOSE = ReuseParams(near=0.5, containment=0.45, paraphrase=0.62, min_contained=12)
"""Thresholds under which near misses are found."""
POOLS = 2


@dataclass(frozen=True)
class Stratum:
    """A kind of pair: its candidates as (a, b) and how many of them are drawn."""

    name: str
    pairs: list[tuple[str, str]]
    size: int


def _pairs(frame: pl.DataFrame) -> list[tuple[str, str]]:
    return sorted(frame.select("a", "b").rows())


def _near_misses(loose: pl.DataFrame, found: set[tuple[str, str]]) -> list[Stratum]:
    left = loose.filter(~pl.struct("a", "b").map_elements(lambda p: (p["a"], p["b"]) in found, return_dtype=pl.Boolean))
    covered = pl.max_horizontal("containment_a", "containment_b")
    worded = pl.col("relation") != "paraphrase"
    strata = (
        ("below near", pl.col("edit_similarity") >= 0.3, 16),  # noqa: PLR2004 - nothing stands between .45 and .8
        ("below containment", worded & (covered >= 0.6), 24),  # noqa: PLR2004 - .2 under the threshold
        ("far below containment", worded, 14),
        ("below paraphrase", ~worded, 28),
    )
    found_strata = []
    for name, chosen, size in strata:
        found_strata.append(Stratum(name, _pairs(left.filter(chosen)), size))
        left = left.filter(~chosen)
    return found_strata


def _related(pairs: pl.DataFrame) -> list[Stratum]:
    is_contained = pl.col("relation").is_in(["contains", "contained"])
    paraphrase = pl.col("relation") == "paraphrase"
    bare = paraphrase & (pl.col("weighted_jaccard") < 0.04)  # noqa: PLR2004 - no phrase in common but set ones
    return [
        Stratum("near", _pairs(pairs.filter(pl.col("relation").is_in(["identical", "near"]))), 12),
        Stratum("contains", _pairs(pairs.filter(is_contained)), 51),
        Stratum("paraphrase between issuers", _pairs(pairs.filter(paraphrase & ~pl.col("same_issuer"))), 20),
        Stratum("paraphrase without wording", _pairs(pairs.filter(bare & pl.col("same_issuer"))), 14),
        Stratum("paraphrase", _pairs(pairs.filter(paraphrase & ~bare & pl.col("same_issuer"))), 32),
    ]


def _neighbours(workspace: Workspace, measures: pl.DataFrame) -> list[tuple[str, str]]:
    """Each measure's nearest in meaning in the same issuer's next plan."""
    rows = workspace.read("measures").height
    vectors = centred(*read_vectors(workspace, rows))
    all_ids = {name: row for row, name in enumerate(workspace.read("measures")["measure_id"])}
    years = workspace.read("documents").select("doc_id", "issuer", "plan_year").drop_nulls()
    dated = measures.join(years, on="doc_id").sort("measure_id")
    found = []
    for (issuer, year), mine in dated.group_by("issuer", "plan_year", maintain_order=True):
        following = dated.filter(issuer=issuer, plan_year=year + 1)["measure_id"].to_list()
        if following:
            ids = mine["measure_id"].to_list()
            near = vectors[[all_ids[i] for i in ids]] @ vectors[[all_ids[i] for i in following]].T
            found += [(one, following[int(k)]) for one, k in zip(ids, near.argmax(axis=1), strict=True)]
    return found


def _sharing(workspace: Workspace, ids: set[str]) -> list[tuple[str, str]]:
    """Measures of two issuers that hold the two sides of a horizontal passage."""
    rows = workspace.read("passages").filter(origin="horizontal").select("a_measure", "b_measure").drop_nulls()
    return sorted({(a, b) for a, b in rows.iter_rows() if a in ids and b in ids})


def strata(workspace: Workspace, rng: np.random.Generator) -> list[Stratum]:
    """All kinds of pairs among the measures that are short enough to be read whole."""
    every, documents = workspace.read("measures"), workspace.read("documents")
    vectors, mean = read_vectors(workspace, every.height)
    short = every.filter(pl.col("text").str.len_chars() <= LONGEST)
    ids = short["measure_id"].to_list()
    inside = pl.col("a").is_in(ids) & pl.col("b").is_in(ids)
    pairs = workspace.read("reuse_pairs").filter(inside)
    loose = find_pairs(every, documents, vectors, mean, LOOSE).filter(inside)
    found = set(_pairs(pairs))
    drawn = [tuple(sorted(rng.choice(ids, 2, replace=False).tolist())) for _ in range(200)]
    return [
        *_related(pairs),
        *_near_misses(loose, found),
        Stratum("shared passage", _sharing(workspace, set(ids)), 18),
        Stratum("next year", _neighbours(workspace, short), 14),
        Stratum("random", [(a, b) for a, b in drawn], 14),
    ]


def draw(kinds: list[Stratum], rng: np.random.Generator) -> list[dict[str, Any]]:
    """The sample: each pair once, under the first stratum that draws it, shuffled, sides in random order."""
    seen: set[tuple[str, str]] = set()
    rows = []
    for stratum in kinds:
        free = [pair for pair in stratum.pairs if pair not in seen and pair[::-1] not in seen]
        chosen = rng.choice(len(free), min(stratum.size, len(free)), replace=False) if free else []
        for k in sorted(int(k) for k in chosen):
            seen.add(free[k])
            turned = bool(rng.integers(2))
            x, y = free[k][::-1] if turned else free[k]
            rows.append({"x": x, "y": y, "stratum": stratum.name, "of": len(stratum.pairs), "drawn": len(chosen)})
    return [{"p": number, **rows[k]} for number, k in enumerate(rng.permutation(len(rows)), 1)]


def with_places(sample: list[dict[str, Any]], measures: pl.DataFrame) -> list[dict[str, Any]]:
    """The sample with each measure's place in its source and a digest of its normalised text."""
    import hashlib

    facts = {row["measure_id"]: row for row in measures.iter_rows(named=True)}

    def place(measure: str) -> dict[str, Any]:
        row = facts[measure]
        digest = hashlib.sha256(normalise([row["text"]]).string().encode()).hexdigest()[:12]
        return {"measure": measure, "source": [row["source_start"], row["source_end"]], "digest": digest}

    return [row | {side: place(row[side]) for side in "xy"} for row in sample]


def shown(sample: list[dict[str, Any]], measures: pl.DataFrame) -> str:
    """What a judge reads."""
    text = dict(measures.select("measure_id", "text").iter_rows())
    return "".join(f"=== {row['p']}\n[X] {text[row['x']]}\n[Y] {text[row['y']]}\n\n" for row in sample)


def main() -> int:
    """Write the pools and the key, and say how many pairs each stratum has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("pool", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    workspace, rng = Workspace(options.workspace), np.random.default_rng(options.seed)
    kinds = strata(workspace, rng)
    sample, measures = draw(kinds, rng), workspace.read("measures")
    options.pool.mkdir(parents=True, exist_ok=True)
    for pool in range(POOLS):
        first, last = (len(sample) * k // POOLS for k in (pool, pool + 1))
        (options.pool / f"pool-{pool + 1}.txt").write_text(shown(sample[first:last], measures), "utf-8")
    lines = (json.dumps(row, ensure_ascii=False, sort_keys=True) for row in with_places(sample, measures))
    options.key.write_text("".join(line + "\n" for line in lines), "utf-8")
    for stratum in kinds:
        count = sum(row["stratum"] == stratum.name for row in sample)
        print(f"{stratum.name:28} {count:4} of {len(stratum.pairs)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
