"""The report for people."""

from __future__ import annotations

from pathlib import Path

from pipeline.report import ReportInput, render
from pipeline.reuse import share_matrix
from pipeline.settings import Settings
from pipeline.stages.classify import read_codebook
from pipeline.workspace import Workspace

REPORT = "processed/report.html"


def run(workspace: Workspace, settings: Settings) -> Path:
    """The stage: all tables to `processed/report.html`."""
    codebook = read_codebook(settings)
    vectors = workspace.read_json("features/vectors.json")
    ingested = workspace.read_json("metrics/ingest.json")
    assignments = workspace.read("assignments")
    documents, passages = workspace.read("documents"), workspace.read("passages")
    html = render(
        ReportInput(
            documents=documents,
            measures=workspace.read("measures"),
            assignments=assignments,
            passages=passages,
            shares=share_matrix(documents, passages, settings.reuse),
            families=workspace.read("families"),
            rejected=workspace.read_jsonl("interim/rejected.jsonl"),
            categories={category.id: category.zh for category in codebook.categories},
            versions={
                "语料": ingested["corpus_digest"][:12],
                "编码器": f"{vectors['model']} {vectors['backend']}",
                "分类器": ", ".join(assignments["model_digest"].unique().sort().to_list()) or "无",
                "编码手册": codebook.version,
            },
        )
    )
    return workspace.write_text(REPORT, html)
