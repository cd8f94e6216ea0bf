"""What a file is, from its first bytes and not from its name."""

from __future__ import annotations

import io
import re
import zipfile

from pipeline.errors import UnusableDocument

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_FOREIGN = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"RIFF", "a RIFF file (WebP image, sound or video)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"PAR1", "a Parquet table"),
)
_PACKED = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
)
_DATA = (".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".toml", ".ini", ".log", ".py", ".js", ".css")
"""Text that is no document: a corpus folder's own lists and settings would otherwise be read as plans."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OLE = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|div|meta|p\b|table|article)",
    re.IGNORECASE | re.DOTALL,
)
_TAGS = re.compile(
    rb"<(?:p|div|br|span|td|tr|li|a|strong|html|body)\b[^<>]{0,500}>|</(?:p|div|span|td|li|a|html|body)>", re.IGNORECASE
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BINARY_SHARE = 0.05
_SAMPLE = 8192


def media_type(data: bytes, name: str = "") -> str:
    """The media type of a file we can read; the name counts only where it says that the text is data.

    Raises:
        UnusableDocument: `empty`, `binary`, `unsupported` or `encrypted`, with what the file is and what to do.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnusableDocument("empty", "the file holds no text")
    if name.lower().endswith(_DATA):
        raise UnusableDocument("unsupported", "the file holds data, not a document; rename it to .txt if it is one")
    if data.startswith(_OLE):
        raise _ole(data)
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(data)
    _refuse_foreign(data)
    if _looks_like_markup(data):
        return "text/html"
    if _is_binary(data):
        raise UnusableDocument("binary", "the file is binary data, not text")
    return "text/plain"


def _refuse_foreign(data: bytes) -> None:
    """Raise for archives and media that are not ours to read."""
    for magic, what in _PACKED:
        if data.startswith(magic):
            raise UnusableDocument("unsupported", f"the file is {what}; unpack it, or pack it as ZIP")
    if data.startswith(b"{\\rtf"):
        raise UnusableDocument("unsupported", "the file is RTF; save it as DOCX")
    for magic, what in _FOREIGN:
        if data.startswith(magic) and (len(magic) > 2 or _is_binary(data)):  # noqa: PLR2004 - BM and MZ may be text
            raise UnusableDocument("binary", f"the file is {what}, not a document")


def _ole(data: bytes) -> UnusableDocument:
    if _ENCRYPTED_OLE in data:
        return UnusableDocument("encrypted", "the file is protected by a password; save it without one")
    return UnusableDocument("unsupported", "the file is in the old Office format (.doc, .wps, .xls); save it as DOCX")


def _zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as exc:
        raise UnusableDocument("broken", f"the ZIP or DOCX file is damaged or cut off ({exc})") from exc
    if "word/document.xml" in names or ("[Content_Types].xml" in names and any(n.startswith("word/") for n in names)):
        return DOCX
    if "[Content_Types].xml" in names and any(name.startswith(("xl/", "ppt/")) for name in names):
        raise UnusableDocument("unsupported", "the file is a spreadsheet or presentation; save its text as DOCX")
    if "OFD.xml" in names:
        raise UnusableDocument("unsupported", "the file is OFD; save it as PDF or DOCX")
    if "mimetype" in names and "content.xml" in names:
        raise UnusableDocument("unsupported", "the file is OpenDocument; save it as DOCX")
    return "application/zip"


def _looks_like_markup(data: bytes) -> bool:
    head = data[:_SAMPLE]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\x00", b"")
    if _MARKUP.match(head):
        return True
    return len(_TAGS.findall(data[: 8 * _SAMPLE])) >= 6  # noqa: PLR2004 - a text that quotes a tag or two is text


def _is_binary(data: bytes) -> bool:
    middle = len(data) // 4 * 2  # even, so that the two bytes of a UTF-16 unit keep their order
    sample = data[:_SAMPLE] + data[middle : middle + _SAMPLE]
    controls = len(_CONTROL.findall(sample))
    if controls <= _BINARY_SHARE * len(sample):
        return False
    # UTF-16 text is full of zeros, but only in every other byte, or has many 4E..9F high bytes.
    return not data.startswith((b"\xff\xfe", b"\xfe\xff")) and not _may_be_wide(sample)


def _may_be_wide(sample: bytes) -> bool:
    even, odd = sample[0::2], sample[1::2]
    for high in (odd, even):
        plausible = sum(byte == 0 or 0x4E <= byte <= 0x9F or byte in (0x20, 0x30, 0xFF) for byte in high)  # noqa: PLR2004
        if plausible > 0.9 * len(high) and high.count(0) < 0.7 * len(high):
            return True
    return False
