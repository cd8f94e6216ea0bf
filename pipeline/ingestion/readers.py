"""Bytes to source documents: what kind of file it is, its reader, and a reason for every file set aside."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable

from pipeline.errors import UnusableDocument
from pipeline.ingestion import archive, sniff
from pipeline.ingestion.archive import Budget
from pipeline.ingestion.decoding import declared_encoding, decode
from pipeline.ingestion.pagehints import from_text
from pipeline.ingestion.types import Extracted, ReadResult, Rejected, SourceDocument
from pipeline.settings import IngestParams

_MIN_LETTERS = 2
_MAX_BYTES = 4
"""A character takes at most four bytes in every encoding we read: what is too long is known before it is decoded."""


def read(data: bytes, name: str, params: IngestParams) -> ReadResult:
    """Read one file; an archive yields all its members.

    Args:
        data: the file's bytes.
        name: its path relative to the corpus; members are named `archive.zip!/member`.
        params: size limits.

    Never raises for bad input: what cannot be used comes back under `rejected`, with a stable reason and a detail.
    """
    result = ReadResult()
    _into(result, data, unicodedata.normalize("NFC", name), Budget.of(params), depth=0)
    return result


def _into(result: ReadResult, data: bytes, name: str, budget: Budget, depth: int) -> None:
    try:
        _check_size(data, budget)
        kind = sniff.media_type(data, name)
        if kind == "application/zip":
            _archive(result, data, name, budget, depth)
            return
        result.documents.append(_document(data, name, kind, budget))
    except UnusableDocument as exc:
        result.rejected.append(Rejected(name, exc.reason, exc.detail))
    except (RecursionError, MemoryError) as exc:
        result.rejected.append(Rejected(name, "broken", f"its structure is too deep or too large to read ({exc!r})"))
    except Exception as exc:  # noqa: BLE001 - one file must not stop the rest; the detail says what a library raised
        detail = f"a library failed on it ({type(exc).__name__}: {str(exc)[:200]}); please report the file"
        result.rejected.append(Rejected(name, "broken", detail))


def _check_size(data: bytes, budget: Budget) -> None:
    if len(data) > budget.file_bytes:
        raise UnusableDocument("too_large", f"{len(data) / 2**20:.0f} MiB; raise ingest.max_file_mb to read it")


def _check_length(chars: int, budget: Budget) -> None:
    if chars > budget.chars:
        detail = f"{chars:,} characters or more, {budget.chars:,} are allowed; split it, or raise ingest.max_chars"
        raise UnusableDocument("too_large", detail)


def _archive(result: ReadResult, data: bytes, name: str, budget: Budget, depth: int) -> None:
    if depth >= archive.MAX_DEPTH:
        raise UnusableDocument("too_large", f"archives are nested more than {archive.MAX_DEPTH} deep")
    found = False
    for member in archive.members(data, budget):
        found = True
        path = f"{name}!/{unicodedata.normalize('NFC', member.name)}"
        if member.data is None:
            problem = member.problem or UnusableDocument("broken", "the member cannot be unpacked")
            result.rejected.append(Rejected(path, problem.reason, problem.detail))
        else:
            _into(result, member.data, path, budget, depth + 1)
    if not found:
        raise UnusableDocument("empty", "the archive holds no files")


def _document(data: bytes, name: str, kind: str, budget: Budget) -> SourceDocument:
    extracted = _reader(kind, budget)(data)
    _check_length(len(extracted.text), budget)
    if sum(character.isalnum() for character in extracted.text[:1000]) < _MIN_LETTERS and not extracted.text.strip():
        raise UnusableDocument("no_text", "the file holds no text")
    digest = hashlib.sha256(data).hexdigest()
    return SourceDocument(name, digest, extracted.encoding, kind, extracted.text, extracted.hints, extracted.notes)


def _reader(kind: str, budget: Budget) -> Callable[[bytes], Extracted]:
    """The reader of a media type; each imports its libraries when called."""
    from pipeline.ingestion import docx, html, pdf

    def markup(data: bytes) -> Extracted:
        if len(data) > budget.markup_bytes:
            raise UnusableDocument("too_large", f"{len(data) / 2**20:.0f} MiB of markup; raise ingest.max_markup_mb")
        return html.read(data)

    def plain(data: bytes) -> Extracted:
        _check_length(len(data) // _MAX_BYTES, budget)
        return _plain(data)

    readers: dict[str, Callable[[bytes], Extracted]] = {
        "text/plain": plain,
        "text/html": markup,
        sniff.DOCX: lambda data: docx.read(data, budget),
        "application/pdf": pdf.read,
    }
    return readers[kind]


def _plain(data: bytes) -> Extracted:
    decoded = decode(data, declared_encoding(data))
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnusableDocument("empty", "the file holds no text")
    return Extracted(text, decoded.encoding, from_text(text), decoded.notes)
