"""Named experiments: one question, variants of the parameters, the same stages for each, one table of results."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import JucuoError
from pipeline.settings import Settings, load
from pipeline.stages import classify, embed, index, reuse, search_quality, segment, train
from pipeline.stages.progress import Progress, silent
from pipeline.workspace import Workspace

DEFINITIONS, RESULTS = Path("experiments/definitions"), Path("experiments/results")
TABLES = ("interim", "features", "labels", "models", "processed", "metrics")

Stage = Callable[[Workspace, Settings], object]
STAGES: dict[str, Stage] = {
    "segment": segment.run,
    "embed": embed.run,
    "train": train.run,
    "classify": classify.run,
    "reuse": reuse.run,
    "index": index.run,
    "search_quality": search_quality.run,
}


class Definition(BaseModel):
    """What an experiment file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=10)
    stages: list[str] = Field(min_length=1)
    metrics: list[str] = Field(min_length=1, description="`stage.name`, the first one decides")
    variants: dict[str, list[str]] = Field(min_length=2, description="name to overrides `section.name=value`")


@dataclass(frozen=True)
class VariantResult:
    """One variant: its overrides and the metrics asked for (None where a stage did not report one)."""

    name: str
    overrides: list[str]
    metrics: dict[str, float | None]


def names() -> list[str]:
    """Names of the experiments defined below `experiments/definitions`."""
    return sorted(path.stem for path in DEFINITIONS.glob("*.yaml"))


def read(name: str) -> Definition:
    """Read a definition; raises JucuoError for an unknown name or a malformed file, naming every problem."""
    path = DEFINITIONS / f"{name}.yaml"
    if name not in names():
        raise JucuoError(
            f"there is no experiment {name}", f"There are: {', '.join(names()) or f'none in {DEFINITIONS}'}."
        )
    try:
        definition = Definition.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise JucuoError(f"{path}: {error}", "Mend the file.") from error
    unknown = [stage for stage in definition.stages if stage not in STAGES]
    if unknown:
        raise JucuoError(f"{path}: unknown stage {', '.join(unknown)}", f"Stages are {', '.join(STAGES)}.")
    return definition


def run_variant(definition: Definition, overrides: list[str], base: Workspace, params: Path) -> dict[str, float | None]:
    """Run the stages with the overrides on a copy of the workspace; the workspace itself is not touched."""
    settings = load(params, overrides)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        for part in TABLES:
            if base.path(part).is_dir():
                shutil.copytree(base.path(part), workspace.path(part))
        for stage in definition.stages:
            STAGES[stage](workspace, settings)
        files = {stage: workspace.read_json(f"metrics/{stage}.json") for stage in definition.stages}
    picked = ((metric, *metric.split(".", 1)) for metric in definition.metrics)
    return {metric: files.get(stage, {}).get(name) for metric, stage, name in picked}


def run(name: str, base: Workspace, params: Path, progress: Progress = silent) -> list[VariantResult]:
    """Run every variant in the order of the file."""
    definition = read(name)
    results = []
    for done, (variant, overrides) in enumerate(definition.variants.items()):
        progress("variants", done, len(definition.variants))
        results.append(VariantResult(variant, overrides, run_variant(definition, overrides, base, params)))
    progress("variants", len(definition.variants), len(definition.variants))
    return results


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def markdown(name: str, definition: Definition, results: list[VariantResult], conditions: dict[str, Any]) -> str:
    """The table that goes into the repository, with the question and what it was run on."""
    head = ["variant", "parameters", *definition.metrics]
    rows = [[r.name, " ".join(r.overrides) or "(as configured)", *map(_cell, r.metrics.values())] for r in results]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    facts = "; ".join(f"{key} {value}" for key, value in conditions.items())
    return "\n".join(
        [f"# {name}", "", definition.question, "", *lines, "", f"Run with `jucuo experiment run {name}`: {facts}.", ""]
    )
