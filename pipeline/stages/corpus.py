"""Finding the files of a corpus: folders are walked in sorted order, hidden files are passed over."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import JucuoError


@dataclass(frozen=True)
class CorpusFile:
    """A file and its name within the corpus (relative to the folder that was named)."""

    path: Path
    name: str


@dataclass
class CorpusListing:
    """What was found; `unreadable` pairs a name with the system's reason."""

    files: list[CorpusFile] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)


def _walk(root: Path, listing: CorpusListing) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        name = os.path.relpath(error.filename or root, root)
        listing.unreadable.append((name, error.strerror or str(error)))

    for folder, subfolders, names in os.walk(root, onerror=refuse):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder) / name


def find(paths: Sequence[Path]) -> CorpusListing:
    """List the files below `paths` (folders or files), each once, in a stable order.

    Raises JucuoError for a path that does not exist and for folders that hold no file at all, all at once.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing or not paths:
        named = ", ".join(missing) or "no path was named"
        raise JucuoError(f"the corpus does not exist: {named}", "Name existing files or folders with --corpus.")
    listing = CorpusListing()
    seen: set[Path] = set()
    for root in paths:
        for path in [root] if root.is_file() else _walk(root, listing):
            resolved = path.resolve()
            if resolved not in seen:
                seen.add(resolved)
                name = path.name if root.is_file() else path.relative_to(root).as_posix()
                listing.files.append(CorpusFile(path, name))
    if not listing.files and not listing.unreadable:
        named = ", ".join(map(str, paths))
        raise JucuoError(
            f"there is no document in {named}",
            "Put .txt, .html, .docx, .pdf or .zip files there, or name another folder.",
        )
    return listing
