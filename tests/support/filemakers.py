"""Builds files of every kind in memory, so that no binary lies in the repository."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

Placed = tuple[float, float, float, str]
"""A printed line of a PDF page: x, y from the bottom, font size, text."""


def pdf(pages: Sequence[Sequence[Placed]]) -> bytes:
    """A PDF that prints Chinese with a standard font that is not embedded (STSong-Light, UniGB-UCS2-H)."""
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        (
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000"
            b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>"
        ),
        (
            b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
            b" /Ascent 752 /Descent -271 /CapHeight 737 /StemV 58 >>"
        ),
    ]
    kids = []
    for page in pages:
        drawn = b"\n".join(
            b"BT /F1 %g Tf 1 0 0 1 %g %g Tm <%s> Tj ET" % (size, x, y, text.encode("utf-16-be").hex().encode())
            for x, y, size, text in page
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % len(objects)
        )
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    return _assemble(objects)


def _assemble(objects: Sequence[bytes]) -> bytes:
    data = b"%PDF-1.5\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return data + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def page(
    lines: Sequence[str], *, width: int = 20, size: float = 15.0, header: str = "", number: int = 0
) -> list[Placed]:
    """A page whose paragraphs are broken at `width` characters, the first line of each indented by two."""
    placed: list[Placed] = []
    y = 760.0
    if header:
        placed.append((220.0, 810.0, 9.0, header))
    for paragraph in lines:
        rest, left = paragraph, 90.0 + 2 * size
        room = width - 2
        while rest:
            placed.append((left, y, size, rest[:room]))
            rest, left, room, y = rest[room:], 90.0, width, y - 1.6 * size
    if number:
        placed.append((290.0, 40.0, 9.0, f"- {number} -"))
    return placed


def numbered_docx(levels: Sequence[tuple[str, str]], paragraphs: Sequence[tuple[int | None, str]]) -> bytes:
    """A Word file with automatic numbers: `levels` are (format, text), paragraphs (level or None, text)."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    body = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (style, text) in enumerate(levels)
    )
    abstract = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{body}</w:abstractNum>')
    numbering.insert(0, abstract)
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for level, text in paragraphs:
        paragraph = document.add_paragraph(text)
        if level is not None:
            properties = paragraph._p.get_or_add_pPr()
            properties.append(
                parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>')
            )
    return saved(document)


def saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def zipped(members: dict[str, bytes], *, compress: bool = True) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()
