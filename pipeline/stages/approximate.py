"""The approximate index of a workspace's vectors: read if it is of them, else made and stored."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from pipeline.search.approximate import FEWEST, FaissIndex, version
from pipeline.search.dense import DenseIndex
from pipeline.settings import Settings
from pipeline.workspace import Workspace

INDEX, CARD = "features/search/faiss.npy", "features/search/faiss.json"


def approximate_index(workspace: Workspace, settings: Settings, dense: DenseIndex) -> FaissIndex | None:
    """The index that the parameters choose; None if they choose none or the measures are too few to need one.

    Raises:
        JucuoError: when faiss is chosen but not installed.
    """
    params = settings.search
    if params.vectors == "exact":
        return None
    faiss = version()
    if len(dense) < params.lists * FEWEST:
        return None
    made_from = {"faiss": faiss, "lists": params.lists, "seed": settings.seed, "vectors": dense.digest()}
    stored = _stored(workspace, made_from)
    if stored is not None:
        return FaissIndex.of_array(stored, params.probes)
    index = FaissIndex.build(dense, params.lists, params.probes, settings.seed)
    _store(workspace, made_from, index.array())
    return index


def _stored(workspace: Workspace, made_from: dict[str, Any]) -> np.ndarray | None:
    """The stored bytes, if they are whole and were made from just this."""
    try:
        card = json.loads(workspace.path(CARD).read_text("utf-8"))
        array: np.ndarray = np.load(workspace.path(INDEX), allow_pickle=False)
    except (OSError, ValueError):
        return None
    return array if card == made_from | {"sha256": _digest(array)} else None


def _store(workspace: Workspace, made_from: dict[str, Any], array: np.ndarray) -> None:
    workspace.write_array(INDEX, array)
    workspace.write_json(CARD, made_from | {"sha256": _digest(array)})


def _digest(array: np.ndarray) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()
