"""`jucuo experiment`: named experiments, logged to MLflow."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from pipeline.cli.common import Context, common, read_settings
from pipeline.errors import JucuoError

PARAMS = Path("configs/params.yaml")


@click.group()
def experiment() -> None:
    """Named experiments from `experiments/definitions`, logged to MLflow."""


@experiment.command("list")
@common
def list_(context: Context) -> None:
    """List the experiments and the questions they answer."""
    from pipeline.stages import experimenting

    rows = [
        (n, experimenting.read(n).question, (experimenting.RESULTS / f"{n}.md").exists()) for n in experimenting.names()
    ]
    if context.as_json:
        context.result([{"name": name, "question": question, "has_results": done} for name, question, done in rows])
    elif rows:
        context.table(
            "Experiments",
            ("name", "question", "results"),
            [(n, q, "yes" if done else "not yet") for n, q, done in rows],
        )
    else:
        context.say(f"No experiment: there is no file in {experimenting.DEFINITIONS}.")


@experiment.command()
@click.argument("name")
@common
def run(context: Context, name: str) -> None:
    """Run every variant of an experiment; results go to experiments/results and to MLflow."""
    from pipeline.stages import experimenting
    from pipeline.tracking import runs
    from pipeline.workspace import atomic

    if not PARAMS.exists():
        raise JucuoError(f"there is no {PARAMS} here", "Run experiments from the checkout.")
    definition = experimenting.read(name)
    with context.progress() as progress:
        results = experimenting.run(name, context.workspace, PARAMS, progress)
    conditions = {"corpus": context.workspace.read_json("metrics/ingest.json")["corpus_digest"][:12]}
    table = experimenting.markdown(name, definition, results, conditions)
    atomic(experimenting.RESULTS / f"{name}.md", lambda path: path.write_text(table, "utf-8"))
    runs.record_variants(read_settings().tracking, name, [asdict(result) for result in results], conditions)
    if context.as_json:
        context.result([asdict(result) for result in results])
    else:
        click.echo(table)


@experiment.command()
@click.argument("name")
@common
def compare(context: Context, name: str) -> None:
    """Show the latest recorded results of an experiment, from MLflow."""
    from pipeline.tracking import runs

    found = runs.latest_variants(read_settings().tracking, name)
    if not found:
        raise JucuoError(f"experiment {name} has no recorded run", f"Run `jucuo experiment run {name}` first.")
    if context.as_json:
        context.result(found)
        return
    metrics = sorted({metric for variant in found for metric in variant["metrics"]})
    rows = [
        (variant["name"], *(round(variant["metrics"].get(m, float("nan")), 4) for m in metrics)) for variant in found
    ]
    context.table(name, ("variant", *metrics), rows)
