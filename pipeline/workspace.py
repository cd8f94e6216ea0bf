"""Where tables live on disk, and how they are read and written: atomically, checked against `schemas`."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipeline.errors import JucuoError
from pipeline.schemas import TABLES, TableError, check

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of everything in an archive: the earliest a zip can hold."""


def atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then rename it: readers see the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def dumps(value: object) -> str:
    """JSON as we store it: sorted keys, real characters, a final newline, the same bytes each time."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


@dataclass(frozen=True)
class Workspace:
    """A folder with the layout of `interfaces.md`."""

    root: Path

    def path(self, relative: str) -> Path:
        """Absolute place of a file of the workspace."""
        return self.root / relative

    def has(self, table: str) -> bool:
        """Whether the table has been made."""
        return self.path(TABLES[table].path).exists()

    def read(self, table: str) -> pl.DataFrame:
        """Read and check a table; raises JucuoError when it is missing, unreadable or violates its schema."""
        path = self.path(TABLES[table].path)
        try:
            return check(pl.read_parquet(path), TABLES[table])
        except FileNotFoundError as exc:
            raise JucuoError(
                f"{path} does not exist: this workspace has no {table} yet",
                f"Run `jucuo run --corpus PATH --workspace {self.root}` first.",
            ) from exc
        except (pl.exceptions.ComputeError, OSError) as exc:
            raise JucuoError(f"{path} cannot be read: {exc}", "Delete it and run `jucuo run` again.") from exc
        except TableError as exc:
            raise JucuoError(f"{path}: {exc}", "It was made by another version; run `jucuo run` again.") from exc

    def write(self, table: str, frame: pl.DataFrame) -> Path:
        """Check a frame and write it; the same rows give the same bytes. Raises TableError on violations."""
        spec = TABLES[table]
        checked = check(frame, spec)
        path = self.path(spec.path)
        atomic(path, lambda p: checked.write_parquet(p, compression="zstd", statistics=False))
        return path

    def read_json(self, relative: str) -> dict[str, Any]:
        """Read a JSON object; raises JucuoError when it is missing or malformed."""
        path = self.path(relative)
        try:
            value: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError as exc:
            raise JucuoError(f"{path} does not exist", f"Run `jucuo run --workspace {self.root}` first.") from exc
        except ValueError as exc:
            raise JucuoError(f"{path} is not JSON: {exc}", "Delete it and run `jucuo run` again.") from exc
        return value

    def write_json(self, relative: str, value: object) -> Path:
        """Write a JSON file atomically."""
        return self.write_text(relative, dumps(value))

    def write_text(self, relative: str, text: str) -> Path:
        """Write a UTF-8 text file atomically."""
        path = self.path(relative)
        atomic(path, lambda p: p.write_text(text, "utf-8"))
        return path

    def write_jsonl(self, relative: str, rows: Iterable[dict[str, Any]]) -> Path:
        """Write one JSON object a line."""
        lines = (json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)
        return self.write_text(relative, "".join(line + "\n" for line in lines))

    def read_jsonl(self, relative: str) -> list[dict[str, Any]]:
        """Rows of a JSON-lines file; a missing file has none."""
        path = self.path(relative)
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]

    def write_array(self, relative: str, array: np.ndarray) -> Path:
        """Write a NumPy array atomically as .npy."""
        path = self.path(relative)

        def save(target: Path) -> None:
            with target.open("wb") as file:
                np.save(file, array, allow_pickle=False)

        atomic(path, save)
        return path

    def write_arrays(self, relative: str, arrays: Mapping[str, np.ndarray]) -> Path:
        """Write a compressed `.npz` whose bytes follow from the arrays alone.

        numpy's own writer asks for headers that Python 3.11.2 and 3.11.7 fill in differently.
        """
        path = self.path(relative)

        def save(target: Path) -> None:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for key, array in arrays.items():
                    content = io.BytesIO()
                    np.lib.format.write_array(content, np.asanyarray(array), allow_pickle=False)
                    entry = zipfile.ZipInfo(f"{key}.npy", _EPOCH)
                    archive.writestr(entry, content.getbuffer(), zipfile.ZIP_DEFLATED)

        atomic(path, save)
        return path
