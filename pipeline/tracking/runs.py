"""Recording a reproduction as an MLflow run, once for each state of the lock."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.settings import TrackingParams

LOCK_TAG = "jucuo.lock_digest"
EXPERIMENT_TAG, ORDER_TAG = "jucuo.experiment", "jucuo.variant_order"


@dataclass(frozen=True)
class RunRecord:
    """Everything a run says: flat parameters and metrics, tags, and files to keep with it."""

    name: str
    params: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    artifacts: Sequence[Path] = ()
    tables: Mapping[str, Mapping[str, list[Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded:
    """The run in the store; `created` is false when the same lock had been recorded before."""

    run_id: str
    created: bool


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as `section.name` keys; lists become their printed form."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _prepare_store(uri: str) -> None:
    """A SQLite store needs its folder: SQLAlchemy makes the file, not the way to it."""
    prefix = "sqlite:///"
    if uri.startswith(prefix):
        Path(uri.removeprefix(prefix)).parent.mkdir(parents=True, exist_ok=True)


def connect(params: TrackingParams) -> Any:
    """An MLflow client on the configured store, with the experiment made if it is new."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    # Advice to store an example row with the model, which people would read on every reproduction.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"mlflow\.")
    import mlflow

    _prepare_store(params.uri)
    mlflow.set_tracking_uri(params.uri)
    if mlflow.get_experiment_by_name(params.experiment) is None:
        artifacts = Path("experiments/mlruns").resolve().as_uri() if params.uri.startswith("sqlite:///") else None
        mlflow.create_experiment(params.experiment, artifact_location=artifacts)
    mlflow.set_experiment(params.experiment)
    return mlflow.MlflowClient()


def find_by_lock(client: Any, experiment: str, lock_digest: str) -> str | None:
    """The finished run recorded for a lock, if there is one."""
    found = client.get_experiment_by_name(experiment)
    if found is None:
        return None
    query = f"tags.`{LOCK_TAG}` = '{lock_digest}' and attributes.status = 'FINISHED'"
    runs = client.search_runs([found.experiment_id], filter_string=query, max_results=1)
    return str(runs[0].info.run_id) if runs else None


def record(params: TrackingParams, run: RunRecord) -> Recorded:
    """Log `run` unless a finished run with the same lock digest exists; returns which run stands for it."""
    client = connect(params)
    existing = find_by_lock(client, params.experiment, run.tags[LOCK_TAG])
    if existing is not None:
        return Recorded(existing, created=False)
    import mlflow

    with mlflow.start_run(run_name=run.name, tags=dict(run.tags)) as active:
        mlflow.log_params(dict(run.params))
        mlflow.log_metrics(dict(run.metrics))
        for path in run.artifacts:
            mlflow.log_artifact(str(path))
        for name, columns in run.tables.items():
            mlflow.log_table(dict(columns), artifact_file=name)
    return Recorded(str(active.info.run_id), created=True)


def record_variants(
    params: TrackingParams, name: str, variants: Sequence[Mapping[str, Any]], tags: Mapping[str, str]
) -> str:
    """Log an experiment as a run with one nested run a variant (`name`, `overrides`, `metrics`); returns the run id."""
    connect(params)
    import mlflow

    with mlflow.start_run(run_name=name, tags={EXPERIMENT_TAG: name, **tags}) as parent:
        for order, variant in enumerate(variants):
            with mlflow.start_run(run_name=variant["name"], nested=True, tags={ORDER_TAG: str(order)}):
                mlflow.log_params(dict(assignment.split("=", 1) for assignment in variant["overrides"]))
                mlflow.log_metrics({m: float(v) for m, v in variant["metrics"].items() if v is not None})
    return str(parent.info.run_id)


def latest_variants(params: TrackingParams, name: str) -> list[dict[str, Any]]:
    """Variants of the latest finished run of an experiment, in their order; empty when there is none."""
    client = connect(params)
    home = [client.get_experiment_by_name(params.experiment).experiment_id]
    query = f"tags.`{EXPERIMENT_TAG}` = '{name}' and attributes.status = 'FINISHED'"
    parents = client.search_runs(home, filter_string=query, order_by=["attributes.start_time DESC"], max_results=1)
    if not parents:
        return []
    children = client.search_runs(home, filter_string=f"tags.mlflow.parentRunId = '{parents[0].info.run_id}'")
    ordered = sorted(children, key=lambda run: int(run.data.tags[ORDER_TAG]))
    return [
        {"name": run.info.run_name, "params": dict(run.data.params), "metrics": dict(run.data.metrics)}
        for run in ordered
    ]
