"""ZIP archives of documents, with limits that hold before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import UnusableDocument
from pipeline.settings import IngestParams

_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_MEBI = 2**20
_MAX_RATIO = 200
"""Compression that text never reaches: XML of Word files packs to about 1:20."""

_RATIO_FROM = 4 * _MEBI
_UTF8_NAMES = 0x800
MAX_DEPTH = 3


@dataclass
class Budget:
    """What one file may still unpack; shared by an archive and everything within it."""

    file_bytes: int
    unpacked_bytes: int
    files: int
    markup_bytes: int
    chars: int

    @classmethod
    def of(cls, params: IngestParams) -> Budget:
        """The limits of the parameters."""
        return cls(
            int(params.max_file_mb * _MEBI),
            int(params.max_archive_mb * _MEBI),
            params.max_archive_files,
            int(params.max_markup_mb * _MEBI),
            params.max_chars,
        )


def check_members(archive: zipfile.ZipFile, budget: Budget) -> None:
    """Raise UnusableDocument (`too_large`) for an archive that would unpack to more than the budget."""
    infos = archive.infolist()
    if len(infos) > budget.files:
        raise UnusableDocument("too_large", f"the archive has {len(infos)} members; {budget.files} are allowed")
    total = sum(info.file_size for info in infos)
    if total > budget.unpacked_bytes:
        raise UnusableDocument(
            "too_large",
            f"the archive unpacks to {total / _MEBI:.0f} MiB; {budget.unpacked_bytes / _MEBI:.0f} are allowed",
        )
    for info in infos:
        if info.file_size > _RATIO_FROM and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
            raise UnusableDocument(
                "too_large",
                f"{info.filename} is compressed {info.file_size // max(info.compress_size, 1)} times: a bomb",
            )


@dataclass(frozen=True)
class Member:
    """A member of an archive: its name, and its bytes or the problem that kept them."""

    name: str
    data: bytes | None
    problem: UnusableDocument | None = None


def members(data: bytes, budget: Budget) -> Iterator[Member]:
    """Members in the archive's order; those of operating systems (`__MACOSX/`) are skipped.

    Raises:
        UnusableDocument: `broken` or `too_large` for the archive as a whole.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as exc:
        raise UnusableDocument("broken", f"the ZIP file is damaged or cut off ({exc})") from exc
    with archive:
        check_members(archive, budget)
        for info in archive.infolist():
            name = member_name(info)
            if info.is_dir() or any(part in name for part in _JUNK):
                continue
            budget.files -= 1
            budget.unpacked_bytes -= info.file_size
            yield _member(archive, info, name, budget)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: Budget) -> Member:
    if info.flag_bits & 1:
        return Member(name, None, UnusableDocument("encrypted", "the member is protected by a password"))
    if info.file_size > budget.file_bytes:
        return Member(name, None, UnusableDocument("too_large", f"it unpacks to {info.file_size / _MEBI:.0f} MiB"))
    try:
        return Member(name, archive.read(info))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as exc:
        return Member(name, None, UnusableDocument("broken", f"the member cannot be unpacked ({exc})"))


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name; names without the UTF-8 flag are GB18030 when that decodes them, as Chinese Windows packs."""
    if info.flag_bits & _UTF8_NAMES or info.filename.isascii():
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename
