"""Folders that are made once and kept: filled beside their place and renamed into it, with a digest of every file.

Two processes at once, or one that is killed, leave either nothing or a whole folder; a damaged one is made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import JucuoError

if TYPE_CHECKING:
    from collections.abc import Callable

MANIFEST = "jucuo.json"
_ROUNDS = 3


def ensure(folder: Path, write: Callable[[Path], dict[str, Any]], size_mb: int) -> str:
    """The digest over all files of `folder`, made now if it is not there or if a file of it was damaged.

    Args:
        folder: where it is kept.
        write: fills a new folder and returns what its manifest shall say beside the digests.
        size_mb: room it takes, for the message when there is none.

    Raises:
        JucuoError: when the folder cannot be written, or keeps being changed by something else.
    """
    try:
        for _ in range(_ROUNDS):
            digest = verify(folder)
            if digest:
                return digest
            _make(folder, write)
    except OSError as exc:
        raise JucuoError(
            f"the offline model cannot be kept in {folder.parent}: {exc}",
            f"Name a writable cache folder with {size_mb} MB free.",
        ) from exc
    raise JucuoError(f"{folder} keeps being changed by something else", "Delete the folder and try again.")


def verify(folder: Path) -> str | None:
    """The digest of a whole folder, or None when it is missing or a file differs from the manifest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        files: dict[str, str] = manifest["files"]
        whole = all(_sha256(folder / name) == digest for name, digest in files.items())
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest() if whole else None


def _make(folder: Path, write: Callable[[Path], dict[str, Any]]) -> None:
    """Build the folder beside its place and rename it there; whoever comes second throws its own copy away."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        facts = write(temporary)
        files = {
            str(path.relative_to(temporary)): _sha256(path) for path in sorted(temporary.rglob("*")) if path.is_file()
        }
        manifest = json.dumps(facts | {"files": files}, indent=2, sort_keys=True)
        (temporary / MANIFEST).write_text(manifest + "\n", "utf-8")
        temporary.chmod(0o755)
        if folder.exists() and verify(folder) is None:
            damaged = temporary.with_name(temporary.name + ".damaged")
            folder.rename(damaged)
            shutil.rmtree(damaged, ignore_errors=True)
        if not folder.exists():
            temporary.rename(folder)
    except OSError:
        if verify(folder) is None:  # lost a race for the name: fine, if what won it is whole
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
