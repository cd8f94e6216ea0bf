"""The model registry: every trained classifier is a version; the alias `champion` moves only to a better one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL_NAME = "jucuo-classifier"
CHAMPION = "champion"
METRIC = "train.micro_f1"
INTERVAL = ("train.micro_f1_low", "train.micro_f1_high")
FURTHER = ("id", "title", "headline", "heading_path")
"""What a row may say beside its `text`."""
STANDARD_ERRORS = 2 * 1.96
"""Width of a 95% interval in standard errors."""


@dataclass(frozen=True)
class Registered:
    """A registered version, and whether it became the champion, with the scores that decided."""

    version: str
    promoted: bool
    score: float
    champion_score: float | None


def beats(score: float, champion: float | None, noise: float) -> bool:
    """Better by more than one standard error of the score: a difference within noise moves nothing."""
    return champion is None or score > champion + noise


def _champion_score(client: Any) -> float | None:
    from mlflow.exceptions import MlflowException

    try:
        version = client.get_model_version_by_alias(MODEL_NAME, CHAMPION)
    except MlflowException:
        return None
    metrics = client.get_run(version.run_id).data.metrics
    return float(metrics[METRIC]) if METRIC in metrics else None


def _signature() -> Any:
    """What a row may hold. Only `text` must be there; the others may be anything, an `id` even a number."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema
    from mlflow.types.schema import AnyType

    further = [ColSpec(AnyType(), name, required=False) for name in FURTHER]  # type: ignore[no-untyped-call]
    return ModelSignature(inputs=Schema([ColSpec("string", "text"), *further]))


def register(client: Any, run_id: str, code: Path, artifacts: dict[str, Path], requirement: str) -> Registered:
    """Log the model that the file `code` makes with a run, register it, move the alias if it beats the champion."""
    import mlflow

    with mlflow.start_run(run_id=run_id):
        logged = mlflow.pyfunc.log_model(
            name="classifier",
            python_model=str(code),
            signature=_signature(),
            artifacts={name: str(path) for name, path in artifacts.items()},
            pip_requirements=[requirement],
            registered_model_name=MODEL_NAME,
        )
    version = str(logged.registered_model_version)
    metrics = client.get_run(run_id).data.metrics
    score, champion = float(metrics[METRIC]), _champion_score(client)
    low, high = (float(metrics.get(name, score)) for name in INTERVAL)
    promoted = beats(score, champion, (high - low) / STANDARD_ERRORS)
    if promoted:
        client.set_registered_model_alias(MODEL_NAME, CHAMPION, version)
    return Registered(version, promoted, score, champion)
