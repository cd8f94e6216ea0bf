"""What every command shares: options, parameters, tables and progress for people, JSON for programs."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from pipeline.resources import shipped
from pipeline.settings import Settings, load
from pipeline.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Context:
    """What the common options say."""

    workspace: Workspace
    as_json: bool
    quiet: bool

    def say(self, message: str) -> None:
        """A note for people on stderr, unless --quiet."""
        if not self.quiet:
            click.echo(message, err=True)

    def result(self, value: object) -> None:
        """Machine output on stdout."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))

    def table(self, title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table for people on stdout."""
        from rich.table import Table

        table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
        for name in header:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        self.print(table)

    def print(self, what: object) -> None:
        """Something rich can draw, on stdout; no colour codes reach a pipe. Document text is never markup."""
        from rich.console import Console

        width = None if sys.stdout.isatty() else 140
        Console(width=width, markup=False, highlight=False).print(what)

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None]]:
        """A progress bar a label on stderr; nothing when quiet or not on a terminal."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=self.quiet or not console.is_terminal) as bars:
            tasks: dict[str, Any] = {}

            def update(label: str, done: int, total: int) -> None:
                if label not in tasks:
                    tasks[label] = bars.add_task(label, total=total)
                bars.update(tasks[label], completed=done, total=total)

            yield update


def common(function: Callable[..., R]) -> Callable[..., R]:
    """Add --workspace, --json and --quiet; the command receives a Context as its first argument."""

    @click.option(
        "--workspace",
        type=click.Path(path_type=Path),
        default=Path("data"),
        show_default=True,
        help="Workspace folder.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Machine output on stdout, everything else on stderr.")
    @click.option("--quiet", is_flag=True, help="No notes and no progress.")
    @functools.wraps(function)
    def wrapper(*args: Any, workspace: Path, as_json: bool, quiet: bool, **kwargs: Any) -> R:
        return function(Context(Workspace(workspace), as_json, quiet), *args, **kwargs)

    return wrapper


def with_settings(function: Callable[..., R]) -> Callable[..., R]:
    """Add --params and --set; the command receives `settings`."""

    @click.option("--params", type=click.Path(path_type=Path), help="Parameter file (default: configs/params.yaml).")
    @click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="NAME=VALUE",
        help="Override a parameter, e.g. embed.batch_size=32.",
    )
    @functools.wraps(function)
    def wrapper(*args: Any, params: Path | None, overrides: tuple[str, ...], **kwargs: Any) -> R:
        return function(*args, settings=read_settings(params, overrides), **kwargs)

    return wrapper


def read_settings(params: Path | None = None, overrides: Sequence[str] = ()) -> Settings:
    """The named parameter file, else `configs/params.yaml` here, else the shipped one."""
    here = Path("configs/params.yaml")
    return load(params or (here if here.exists() else shipped("configs/params.yaml")), list(overrides))
