"""The Python interface: `pipeline.run(corpus, workspace)` and `pipeline.open(workspace)`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import JucuoError
from pipeline.resources import shipped
from pipeline.settings import Settings, load
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

    from pipeline.search.index import SearchIndex
    from pipeline.stages.flow import Summary


def _settings(settings: Settings | None) -> Settings:
    return settings or load(shipped("configs/params.yaml"))


def run(
    corpus: str | Path | Sequence[str | Path], workspace: str | Path = "data", settings: Settings | None = None
) -> Summary:
    """Run the whole pipe on a file, a folder or several of them, into `workspace`.

    Returns what came out: documents, counts, what was set aside, the report's path.
    Raises JucuoError when the corpus does not exist or a parameter is wrong; bad documents raise nothing.
    """
    from pipeline.stages.flow import run_pipe

    named = [corpus] if isinstance(corpus, str | Path) else corpus
    return run_pipe([Path(path) for path in named], Workspace(Path(workspace)), _settings(settings))


class Opened:
    """A workspace's tables as Polars frames, read when first asked for, and search over its measures."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.workspace = workspace
        self.settings = settings

    @cached_property
    def documents(self) -> pl.DataFrame:
        """One row a document."""
        return self.workspace.read("documents")

    @cached_property
    def measures(self) -> pl.DataFrame:
        """One row a measure."""
        return self.workspace.read("measures")

    @cached_property
    def assignments(self) -> pl.DataFrame:
        """One row a (measure, category)."""
        return self.workspace.read("assignments")

    @cached_property
    def reuse_pairs(self) -> pl.DataFrame:
        """One row a related pair of measures."""
        return self.workspace.read("reuse_pairs")

    @cached_property
    def passages(self) -> pl.DataFrame:
        """One row a shared passage of two documents."""
        return self.workspace.read("passages")

    @cached_property
    def families(self) -> pl.DataFrame:
        """One row a (family, member)."""
        return self.workspace.read("families")

    @cached_property
    def index(self) -> SearchIndex:
        """The search index over the measures."""
        from pipeline.stages.index import load_index

        return load_index(self.workspace, self.settings)

    def similar(
        self,
        text: str | None = None,
        measure: str | None = None,
        examples: Sequence[str] | None = None,
        top: int = 10,
        *,
        other_documents: bool = False,
        **filters: Any,
    ) -> pl.DataFrame:
        """Measures like a text, a measure (by id) or several examples (ids or texts), best first.

        `filters` are `issuer`, `province`, `city`, `level`, `year`, `category`, `kind`, `other_issuers`, `not_like`, ….
        The frame has `rank`, `measure_id`, `score` and the reasons; it is empty when nothing matches.
        """
        from pipeline.stages.index import hits_frame, similar

        result = similar(
            self.index,
            self.settings,
            text=text,
            measure=measure,
            examples=examples,
            top=top,
            other_documents=other_documents,
            **filters,
        )
        return hits_frame(result)


def open_workspace(workspace: str | Path = "data", settings: Settings | None = None) -> Opened:
    """Open a workspace that `run` has filled; raises JucuoError when it is not one."""
    root = Path(workspace)
    if not root.is_dir():
        raise JucuoError(f"there is no workspace {root}", f"Run `jucuo run --corpus PATH --workspace {root}` first.")
    return Opened(Workspace(root), _settings(settings))
