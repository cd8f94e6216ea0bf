"""A workspace's tables in memory: loaded when a page first needs them, and again when a file has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from pipeline.classification.codebook import Codebook
from pipeline.classification.codebook import load as load_codebook
from pipeline.classification.labels import Label
from pipeline.errors import JucuoError
from pipeline.schemas import TABLES
from pipeline.settings import Settings
from pipeline.stages.places import codebook_path
from pipeline.web.queries.wide import widen
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np

    from pipeline.search.index import SearchIndex

T = TypeVar("T")
Stamp = tuple[tuple[int, int], ...]

VECTORS = ("features/vectors.npy", "features/vectors.json", "features/search/headlines.npy")

INDEXED = (*VECTORS, *(TABLES[name].path for name in ("documents", "measures", "assignments")))
"""What the search index is made of."""


class MissingTableError(JucuoError):
    """A page needs a table the pipe has not made; `table` says which."""

    def __init__(self, table: str, workspace: Workspace) -> None:
        self.table = table
        super().__init__(
            f"this workspace has no {table} yet",
            f"jucuo run --corpus PATH --workspace {workspace.root}",
        )


class Library:
    """Tables, codebook, outlines and search index of one workspace; safe to use from several threads."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.workspace = workspace
        self.settings = settings
        self._kept: dict[str, tuple[Stamp, Any]] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._guard = threading.Lock()

    def stamp(self, files: tuple[str, ...]) -> Stamp:
        """Time and size of files; a missing one is (0, 0)."""
        found = []
        for name in files:
            try:
                status = self.workspace.path(name).stat()
            except FileNotFoundError:
                found.append((0, 0))
            else:
                found.append((status.st_mtime_ns, status.st_size))
        return tuple(found)

    def kept(self, name: str, files: tuple[str, ...], make: Callable[[], T]) -> T:
        """`make()`, remembered until one of `files` changes; made by one thread while others wait for it."""
        stamp = self.stamp(files)
        have = self._kept.get(name)
        if have is not None and have[0] == stamp:
            found: T = have[1]
            return found
        with self._guard:
            lock = self._locks.setdefault(name, threading.RLock())
        with lock:
            have = self._kept.get(name)
            if have is None or have[0] != stamp:
                self._kept[name] = have = (stamp, make())
            made: T = have[1]
            return made

    def table(self, name: str) -> pl.DataFrame:
        """A table of the workspace; raises MissingTableError when the pipe has not made it."""
        if not self.workspace.has(name):
            raise MissingTableError(name, self.workspace)
        return self.kept(name, (TABLES[name].path,), lambda: self.workspace.read(name))

    def optional(self, name: str) -> pl.DataFrame:
        """A table, or an empty one with the same columns where the pipe has not come so far."""
        return self.table(name) if self.workspace.has(name) else TABLES[name].empty()

    @property
    def wide(self) -> pl.DataFrame:
        """Measures with what their document and their categories say (`queries.wide`), in reading order."""
        files = tuple(TABLES[name].path for name in ("documents", "measures", "assignments", "families"))
        return self.kept(
            "wide",
            files,
            lambda: widen(
                self.table("measures"), self.table("documents"), self.optional("assignments"), self.optional("families")
            ),
        )

    @property
    def wide_stamp(self) -> Stamp:
        """Changes whenever the tables behind `wide` change."""
        return self.stamp(tuple(TABLES[name].path for name in ("documents", "measures", "assignments", "families")))

    @property
    def codebook(self) -> Codebook:
        """The categories in use."""
        path = codebook_path(self.settings)
        return self.kept("codebook", (str(path.resolve()),), lambda: load_codebook(path.read_text("utf-8"), str(path)))

    @property
    def outlines(self) -> dict[str, dict[str, Any]]:
        """Outline of each document: headings and what was passed over."""
        name = "interim/outlines.jsonl"
        return self.kept(name, (name,), lambda: {row["doc_id"]: row for row in self.workspace.read_jsonl(name)})

    @property
    def rejected(self) -> list[dict[str, Any]]:
        """Files that were set aside."""
        name = "interim/rejected.jsonl"
        return self.kept(name, (name,), lambda: self.workspace.read_jsonl(name))

    @property
    def gold(self) -> dict[str, Label]:
        """Labels people have given: the gold file and exported decisions, the last about a measure prevailing."""
        from pipeline.stages.labels import read_labels

        def make() -> dict[str, Label]:
            labels = read_labels(self.workspace, self.settings, self.codebook)
            return {label.measure_id: label for label in labels}

        return self.kept("gold", tuple(self.settings.labels), make)

    @property
    def encoder_card(self) -> dict[str, Any]:
        """Model, backend and digest of the vectors; empty where there are none."""
        name = VECTORS[1]
        return self.kept(
            name, (name,), lambda: self.workspace.read_json(name) if self.workspace.path(name).exists() else {}
        )

    @property
    def has_vectors(self) -> bool:
        """Whether measures can be compared by meaning."""
        return all(self.workspace.path(name).exists() for name in VECTORS)

    @property
    def encode(self) -> Callable[[list[str]], np.ndarray]:
        """Texts to vectors; the model itself loads at the first call."""
        from pipeline.stages.embed import CachedEncoder

        return self.kept("encoder", (), lambda: CachedEncoder(self.settings))

    @property
    def index(self) -> SearchIndex:
        """The search index, built or read on first use; raises JucuoError when the workspace cannot have one."""
        from pipeline.stages.index import load_index

        return self.kept("index", INDEXED, lambda: load_index(self.workspace, self.settings))
