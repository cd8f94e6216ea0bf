"""Recording a reproduction as an MLflow run, once for each state of the lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.settings import TrackingParams

LOCK_TAG = "jucuo.lock_digest"


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
