"""The real documents: how long they take, that nothing near is missed, the same result each time."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from reuse_plans import frames

from pipeline.reuse import build_families, find_pairs, find_passages
from pipeline.reuse.candidates import candidates
from pipeline.reuse.verify import edit_similarity
from pipeline.reuse.wording import wording
from pipeline.schemas import FAMILIES, PASSAGES, REUSE_PAIRS, check
from pipeline.settings import ReuseParams

PARAMS = ReuseParams()


def real_tables(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The real documents, each paragraph a measure."""
    plans = []
    for path in sorted(folder.rglob("*.txt")):
        lines = [line.strip() for line in path.read_text("utf-8").split("\n")]
        issuer, _, year = path.stem.partition("-")
        national = path.parent.name == "national"
        plans.append(
            {
                "id": path.stem,
                "issuer": "国务院" if national else issuer,
                "level": "national" if national else "province",
                "plan_year": int(path.stem[:4]) if national else int(year[:4]) if year else None,
                "measures": [line for line in lines if len(line) >= 12],
            }
        )
    return frames(*plans)


@pytest.mark.real
def test_all_real_documents_within_half_a_minute_and_the_same_each_time(real_corpus):
    documents, measures = real_tables(real_corpus)
    assert documents.height == 51
    find_pairs(measures.head(50), documents, None, None, PARAMS)
    find_passages(documents.head(3), measures, PARAMS)
    start = time.process_time()
    pairs = check(find_pairs(measures, documents, None, None, PARAMS), REUSE_PAIRS)
    families = check(build_families(measures, documents, pairs, PARAMS), FAMILIES)
    passages = check(find_passages(documents, measures, PARAMS), PASSAGES)
    assert time.process_time() - start < 30
    assert pairs.height > 300
    assert families["n_members"].max() < 60
    assert set(passages["origin"]) >= {"central", "common_upstream", "horizontal", "series"}
    again = find_passages(documents.reverse(), measures.reverse(), PARAMS)
    assert passages.equals(again)


@pytest.mark.real
def test_no_near_pair_of_real_measures_is_missed(real_corpus):
    documents, measures = real_tables(real_corpus)
    words = wording(measures, documents, None, PARAMS)
    n = len(measures)
    rows = np.random.default_rng(5).permutation(n)[:1200]
    i, j = (side.astype(np.int32) for side in np.triu_indices(len(rows), 1))
    pairs = np.stack([rows[i], rows[j]], axis=1).astype(np.int32)
    near = pairs[edit_similarity(words.corpus, pairs[:, 0], pairs[:, 1], PARAMS.near) >= PARAMS.near]
    found = candidates(words.corpus, words.tokens, PARAMS, np.ones(n, bool)).pairs
    assert len(near) > 10
    keys = set(map(tuple, found.tolist()))
    assert {tuple(sorted(pair)) for pair in near.tolist()} <= keys
