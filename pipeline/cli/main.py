"""Entry point: the list of commands, and errors as sentences instead of tracebacks."""

from __future__ import annotations

import importlib
import os
import sys

import click

from pipeline.errors import JucuoError

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("pipeline.cli.run:run", "The whole pipe on files or folders, into the workspace."),
    "corpus": ("pipeline.cli.corpus:corpus", "Add documents to data/raw, list them, check them."),
    "similar": ("pipeline.cli.similar:similar", "Measures similar to a text or to a given measure."),
    "classify": ("pipeline.cli.classify:classify", "Policy categories for texts: JSONL in, JSONL out."),
    "align": ("pipeline.cli.align:align", "How two texts share wording: relation, scores, aligned spans."),
    "families": ("pipeline.cli.families:families", "Families of near-identical measures over bureaus and years."),
    "compare": ("pipeline.cli.compare:compare", "What two bureaus share; what one kept and changed over the years."),
    "export": ("pipeline.cli.export:export", "Everything a filter selects, with ids, offsets and versions."),
    "serve": ("pipeline.cli.serve:serve", "The web application over the workspace."),
    "experiment": ("pipeline.cli.experiment:experiment", "Named experiments, logged to MLflow."),
    "review": ("pipeline.cli.review:review", "Analysts' decisions: queue, apply, export, import."),
    "labels": ("pipeline.cli.labels:labels", "Labels that look wrong, and what to label next."),
    "doctor": ("pipeline.cli.doctor:doctor", "What is installed, what will be used, what is missing."),
    "tour": ("pipeline.cli.tour:tour", "What came out of the last run, and what to try next."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called; their one-line help stands in COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command's module and return the command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jucuo")
def cli() -> None:
    """Jucuo (举措): Chinese government work plans, measure by measure."""


def main() -> None:
    """Run the command line; a JucuoError becomes its message on stderr and exit code 2."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        cli.main(standalone_mode=True)
    except JucuoError as error:
        click.echo(f"jucuo: {error.cause}", err=True)
        if error.remedy:
            click.echo(f"       {error.remedy}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of a pipe (`jucuo export | head`) has gone; that is its right, and no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
