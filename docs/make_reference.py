"""Writes `docs/reference.md`: every table, column, parameter, category and command, from the code that defines them.

    python docs/make_reference.py

A test compares the file with what this prints, so that documentation and code cannot drift apart.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from pipeline.classification.codebook import load
from pipeline.cli.main import COMMANDS
from pipeline.schemas import TABLES, Column
from pipeline.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs/reference.md"


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _column(name: str, column: Column) -> str:
    values = ", ".join(f"`{value}`" for value in column.one_of)
    notes = [column.meaning, "may be null" if column.nullable else "", f"one of {values}" if values else ""]
    return f"| `{name}` | {_cell(column.dtype)} | {_cell('; '.join(note for note in notes if note))} |"


def tables() -> Iterator[str]:
    """Every table and column."""
    yield "## Tables"
    for table in TABLES.values():
        key = ", ".join(f"`{name}`" for name in table.key)
        yield f"\n### {table.name}\n\n`{table.path}`: {table.row}. Key: {key}.\n"
        yield "| column | type | meaning |\n|---|---|---|"
        yield from (_column(name, column) for name, column in table.columns.items())


def parameters(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[str]:
    """Every parameter with its default and meaning."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from parameters(field.annotation, f"{name}.")
        else:
            yield f"| `{prefix}{name}` | `{_cell(field.default)}` | {_cell(field.description)} |"


def categories() -> Iterator[str]:
    """Every category of the default codebook."""
    codebook = load((ROOT / "configs/taxonomy.yaml").read_text("utf-8"), "configs/taxonomy.yaml")
    yield f"\n## Categories\n\nCodebook `{codebook.id}`, version {codebook.version}.\n"
    yield "| id | 中文 | English |\n|---|---|---|"
    yield from (f"| `{category.id}` | {category.zh} | {category.en} |" for category in codebook.categories)


def _options(command: click.Command) -> str:
    names = [f"`{parameter.opts[-1]}`" for parameter in command.params if isinstance(parameter, click.Option)]
    arguments = [
        f"`{parameter.human_readable_name}`" for parameter in command.params if isinstance(parameter, click.Argument)
    ]
    return " ".join([*arguments, *names])


def commands() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield "\n## Commands\n\n| command | does | arguments and options |\n|---|---|---|"
    for name, (where, text) in COMMANDS.items():
        module, _, attribute = where.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        yield from _rows(f"jucuo {name}", command, text)


def _rows(path: str, command: click.Command, text: str) -> Iterator[str]:
    """A command's row, and those of the commands below it."""
    inner = command.commands if isinstance(command, click.Group) else None
    yield f"| `{path}` | {_cell(text)} | {_options(command) if inner is None else ''} |"
    for child, sub in sorted((inner or {}).items()):
        yield from _rows(f"{path} {child}", sub, sub.get_short_help_str(120))


def reference() -> str:
    """The whole page."""
    head = "# Reference\n\nMade by `python docs/make_reference.py` from the code; do not edit.\n"
    heading = "\n## Parameters\n\n`configs/params.yaml`; override one with `--set name=value`.\n"
    columns = "| name | default | meaning |\n|---|---|---|"
    return "\n".join([head, *tables(), heading, columns, *parameters(), *categories(), *commands()]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(reference(), "utf-8")
