"""The reproduction as an MLflow run, with the classifier in the registry."""

from __future__ import annotations

import hashlib
import json
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from pipeline.settings import Settings
from pipeline.tracking import registry, runs
from pipeline.workspace import Workspace, dumps

LOCK = Path("dvc.lock")
RECEIPT = Path("experiments/tracked.json")


def lock_digest(lock: Path) -> str:
    """sha256 of the lock without this stage's own entry, which is written only after it has run."""
    stages: dict[str, Any] = yaml.safe_load(lock.read_text("utf-8"))["stages"] if lock.exists() else {}
    stages.pop("track", None)
    return hashlib.sha256(json.dumps(stages, sort_keys=True).encode()).hexdigest()


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip() if done.returncode == 0 else "none"


def _metrics(workspace: Workspace) -> tuple[dict[str, float], dict[str, str]]:
    """All stages' numbers as `stage.name`, and what is no number (the corpus digest) apart."""
    numbers: dict[str, float] = {}
    words: dict[str, str] = {}
    for path in sorted(workspace.path("metrics").glob("*.json")):
        for name, value in json.loads(path.read_text("utf-8")).items():
            if isinstance(value, int | float):
                numbers[f"{path.stem}.{name}"] = float(value)
            else:
                words[name] = str(value)
    return numbers, words


def run(workspace: Workspace, settings: Settings) -> dict[str, Any]:
    """The stage: record the run once for this lock, register its classifier, leave a receipt."""
    numbers, words = _metrics(workspace)
    digest = lock_digest(LOCK)
    plots = sorted(workspace.path("metrics/plots").glob("*.csv"))
    recorded = runs.record(
        settings.tracking,
        runs.RunRecord(
            name=f"repro-{digest[:8]}",
            params=runs.flatten(settings.model_dump()),
            metrics=numbers,
            tags={
                runs.LOCK_TAG: digest,
                "jucuo.corpus_digest": words.get("corpus_digest", ""),
                "jucuo.commit": _commit(),
                "jucuo.version": version("jucuo"),
            },
            artifacts=[*plots, workspace.path("models/classifier.json"), workspace.path("processed/report.html")],
        ),
    )
    artifacts = {
        "classifier": workspace.path("models/classifier.skops"),
        "card": workspace.path("models/classifier.json"),
        "codebook": Path(settings.taxonomy),
    }
    if recorded.created:
        client, code = runs.connect(settings.tracking), Path(__file__).with_name("served.py")
        registry.register(client, recorded.run_id, code, artifacts, f"jucuo=={version('jucuo')}")
    # Nothing but what the stage depends on: with the lock's digest in it, a change of code that changes no result would
    # leave an old receipt here and make a new one, and so another lock, in a fresh clone.
    model = hashlib.sha256(artifacts["classifier"].read_bytes()).hexdigest()
    receipt = {"corpus_digest": words.get("corpus_digest", ""), "classifier": model}
    RECEIPT.parent.mkdir(parents=True, exist_ok=True)
    RECEIPT.write_text(dumps(receipt), "utf-8")
    return receipt
