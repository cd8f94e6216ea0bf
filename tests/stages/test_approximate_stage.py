"""The approximate index in a workspace: made once, made again when what it is of has changed or its file is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.search.dense import DenseIndex
from pipeline.settings import Settings, from_mapping
from pipeline.stages.approximate import CARD, INDEX, approximate_index
from pipeline.workspace import Workspace

pytest.importorskip("faiss", reason="the extra `ann` is not installed")

CHOSEN = {"vectors": "faiss", "lists": 4, "probes": 4}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def settings(**search: object) -> Settings:
    return from_mapping({"search": CHOSEN | search}, "test")


def dense(n: int = 400, seed: int = 0) -> DenseIndex:
    vectors = (1 + np.random.default_rng(seed).normal(size=(n, 16))).astype(np.float32)
    return DenseIndex(vectors, vectors.mean(axis=0))


def made_at(workspace: Workspace) -> int:
    return workspace.path(INDEX).stat().st_mtime_ns


def test_it_is_made_once_and_read_the_next_time(workspace: Workspace) -> None:
    index = dense()
    made = approximate_index(workspace, settings(), index)
    first = made_at(workspace)
    read = approximate_index(workspace, settings(), index)
    assert made_at(workspace) == first
    assert made is not None
    assert read is not None
    query = index.rows(np.array([7]))[0]
    np.testing.assert_array_equal(made.candidates(query, 5), read.candidates(query, 5))


def test_it_is_made_again_for_other_vectors_and_other_parameters(workspace: Workspace) -> None:
    cards = set()
    for index, chosen in ((dense(), settings()), (dense(seed=1), settings()), (dense(seed=1), settings(lists=5))):
        assert approximate_index(workspace, chosen, index) is not None
        cards.add(workspace.path(CARD).read_text("utf-8"))
    assert len(cards) == 3
    fewer_probes = approximate_index(workspace, settings(lists=5, probes=1), dense(seed=1))
    assert fewer_probes is not None
    assert fewer_probes.probes == 1
    assert workspace.path(CARD).read_text("utf-8") in cards, "how many lists are read is no property of the index"


@pytest.mark.parametrize("damage", ["cut", "flipped", "card"])
def test_a_damaged_file_is_made_again(workspace: Workspace, damage: str) -> None:
    index = dense()
    approximate_index(workspace, settings(), index)
    path = workspace.path(CARD if damage == "card" else INDEX)
    whole = path.read_bytes()
    path.write_bytes(whole[:-50] if damage != "flipped" else whole[:-1] + bytes([whole[-1] ^ 1]))
    assert approximate_index(workspace, settings(), index) is not None
    assert path.read_bytes() == whole


def test_few_measures_and_the_default_need_none(workspace: Workspace) -> None:
    assert approximate_index(workspace, settings(), dense(39 * 4 - 1)) is None
    assert approximate_index(workspace, Settings(), dense()) is None
    assert not workspace.path(INDEX).exists()
