"""What `jucuo run` keeps of a workspace's shared wording, so that a new document does not cost a rebuild.

The state lies in `features/reuse`, beside the pipe's outputs and not among them: it holds its own copies of the tables
it continues from, and a card with the digests of these and of everything else a result depends on. A state that is
missing, damaged, or made by other code, parameters, vectors or central documents counts as none.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.reuse import Detected, Related
from pipeline.reuse.jit import ROOM
from pipeline.reuse.standing import Standing
from pipeline.schemas import PASSAGES, REUSE_PAIRS
from pipeline.workspace import atomic, dumps

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.settings import ReuseParams
    from pipeline.workspace import Workspace

FOLDER, CARD = "features/reuse", "features/reuse/card.json"
TABLES = ("pairs", "sought", "passages", "documents", "runs", "measured")
_PLACED = ("issuer", "province", "city", "county", "plan_year", "published")


@dataclass(frozen=True)
class State:
    """A result and what it was made from.

    Attributes:
        related: pairs, and by what their measures were sought.
        detected: passages and the standing of the corpus.
        measured: `doc_id` and a `digest` of what the document's pairs depend on.
    """

    related: Related
    detected: Detected
    measured: pl.DataFrame

    def frames(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        standing = self.detected.standing
        related, passages = self.related, self.detected.passages
        values = (related.pairs, related.sought, passages, standing.documents, standing.runs, self.measured)
        return dict(zip(TABLES, values, strict=True))


def context(params: ReuseParams, mean: NDArray[np.float32], central: pl.DataFrame | None) -> str:
    """Digest of everything but the documents that a result depends on."""
    digest = hashlib.sha256(f"{ROOM} {params.model_dump_json()} {PASSAGES.schema} {REUSE_PAIRS.schema}".encode())
    digest.update(np.ascontiguousarray(mean, np.float32).tobytes())
    if central is not None:
        columns = [name for name in ("text", "published", "plan_year") if name in central.columns]
        digest.update(repr(central.select(columns).rows()).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def measured(documents: pl.DataFrame, measures: pl.DataFrame, vectors: NDArray[np.float32]) -> pl.DataFrame:
    """Digest of each document's place, date, measures and their vectors: what its pairs depend on."""
    rows = measures.select("doc_id", "measure_id", "text").with_row_index("row").partition_by("doc_id", as_dict=True)
    found = []
    for doc, *facts in documents.select("doc_id", *_PLACED).iter_rows():
        digest = hashlib.blake2b(repr(facts).encode(), digest_size=16)
        mine = rows.get((doc,))
        if mine is not None:
            digest.update(repr(mine.select("measure_id", "text").rows()).encode("utf-8", "surrogatepass"))
            digest.update(np.ascontiguousarray(vectors[mine["row"].to_numpy()], np.float32).tobytes())
        found.append((doc, digest.hexdigest()))
    return pl.DataFrame(found, schema={"doc_id": pl.String, "digest": pl.String}, orient="row")


def _path(workspace: Workspace, name: str) -> Path:
    return workspace.path(f"{FOLDER}/{name}.parquet")


def read(workspace: Workspace, key: str) -> State | None:
    """The state made in this context, whole; else None."""
    try:
        card = json.loads(workspace.path(CARD).read_text("utf-8"))
        if card["context"] != key:
            return None
        frames = {}
        for name in TABLES:
            data = _path(workspace, name).read_bytes()
            if hashlib.sha256(data).hexdigest() != card["tables"][name]:
                return None
            frames[name] = pl.read_parquet(BytesIO(data))
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None
    standing = Standing(frames["documents"], frames["runs"])
    related = Related(frames["pairs"], frames["sought"])
    return State(related, Detected(frames["passages"], standing), frames["measured"])


def write(workspace: Workspace, key: str, state: State) -> None:
    """Keep a state; the card comes last, so that a run cut short leaves none that is half new."""
    digests = {}
    for name, frame in state.frames().items():
        buffer = BytesIO()
        frame.write_parquet(buffer, compression="zstd", statistics=False)
        data = buffer.getvalue()
        atomic(_path(workspace, name), lambda path, data=data: path.write_bytes(data))  # type: ignore[misc]
        digests[name] = hashlib.sha256(data).hexdigest()
    card = dumps({"context": key, "tables": digests})
    atomic(workspace.path(CARD), lambda path: path.write_text(card, "utf-8"))
