"""Readings inserted into the middle of a character: `域?qū)W` for `域學`.

A tool that works on bytes found 驅 (F2 8C) between the second byte of 域 (D3 F2) and the first of 學 (8C 57), put its
reading there, and so split 學 into 8C, shown as `?` with the bracket after it, and 57, shown as `W`. Nothing is lost:
the byte between must make a character with that reading with the byte before it, and some character with the
byte after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from pipeline.cleaning.draft import Edit
from pipeline.cleaning.lattice import codes
from pipeline.cleaning.readings import SYLLABLE, is_reading

_SPLIT = re.compile(rf"[?\ufffd](?<=[㐀-鿿][?\ufffd])(?P<reading>{SYLLABLE})[)）](?P<after>[@-~])")


def find(text: str) -> Iterator[Edit]:
    """Edits that put the split character back where one fits, or just one that fits is used elsewhere in the text."""
    for match in _SPLIT.finditer(text):
        encoded = text[match.start() - 1].encode("gb18030")
        fitting = set(_fitting(encoded[-1], match["reading"], ord(match["after"])))
        if len(fitting) > 1:
            fitting = {character for character in fitting if character in text}
        if len(encoded) == 2 and len(fitting) == 1:  # noqa: PLR2004 - a two-byte character
            yield Edit(*match.span(), fitting.pop(), "misplaced_reading")


def _fitting(trail: int, reading: str, after: int) -> Iterator[str]:
    table = codes().table
    for byte in np.flatnonzero((table[trail] > 0) & (table[:, after] > 0)).tolist():
        if is_reading(chr(table[trail, byte]), reading):
            yield chr(table[byte, after])
