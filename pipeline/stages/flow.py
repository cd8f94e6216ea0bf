"""The whole pipe in one process: what `jucuo run` and `pipeline.run` do, and DVC does stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.settings import Settings
from pipeline.stages import classify, embed, index, ingest, report, reuse, segment, train, validate
from pipeline.stages.progress import Progress, silent
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class Summary:
    """What came out of a run: one entry a document, the files set aside, counts, where the report lies.

    `n_assigned` counts (measure, category) pairs, `n_with_category` the measures that have one or more.
    """

    workspace: str
    documents: list[dict[str, Any]]
    rejected: list[dict[str, str]]
    n_measures: int
    n_with_category: int
    n_assigned: int
    n_pairs: int
    n_passages: int
    n_families: int
    n_encoded: int
    classifier: str
    report: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def _documents(workspace: Workspace) -> list[dict[str, Any]]:
    counts = {row["doc_id"]: row["n_measures"] for row in workspace.read_jsonl("interim/outlines.jsonl")}
    columns = ("doc_id", "source_path", "title", "issuer", "province", "city", "county", "plan_year")
    rows = workspace.read("documents").select(columns).to_dicts()
    return [row | {"n_measures": counts[row["doc_id"]]} for row in rows]


def run_pipe(paths: Sequence[Path], workspace: Workspace, settings: Settings, progress: Progress = silent) -> Summary:
    """Run every stage on the files below `paths`.

    The classifier is trained when the workspace has labels for this corpus; else the workspace's own is used, or the
    one that ships. Raises JucuoError when the corpus does not exist; bad documents are set aside.
    """
    ingested = ingest.run(paths, workspace, settings, progress)
    measures = segment.run(workspace, settings, progress)
    validate.run(workspace)
    encoder = embed.CachedEncoder(settings, progress)
    embed.run(workspace, settings, encoder=encoder)
    if train.has_labels(workspace, settings):
        train.run(workspace, settings, encoder=encoder)
    classified = classify.run(workspace, settings, encoder=encoder)
    shared = reuse.run(workspace, settings, progress, grow=True)
    index.run(workspace, settings, encoder=encoder)
    path = report.run(workspace, settings)
    return Summary(
        workspace=str(workspace.root),
        documents=_documents(workspace),
        rejected=ingested.rejected,
        n_measures=measures.height,
        n_with_category=measures.height - classified["n_without_category"],
        n_assigned=classified["n_assigned"],
        n_pairs=shared["n_pairs"],
        n_passages=shared["n_passages"],
        n_families=shared["n_families"],
        n_encoded=encoder.n_encoded,
        classifier=classified["classifier"],
        report=str(path),
    )
