"""Inserted readings: `學(xué)` becomes `學` when xué is a reading of 學, and stays when it is not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pipeline.cleaning.draft import Edit

_LETTERS = "a-zA-Zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿêɡ"
SYLLABLE = rf"[{_LETTERS}]{{1,7}}[1-5]?"
GLOSS = re.compile(rf"(?P<char>[㐀-鿿豈-﫿])(?P<gloss>[(（]\s?(?P<reading>{SYLLABLE})\s?[)）])")
"""A character and a bracketed syllable: at most 7 letters (`zhuāng` has 6), with tone mark, tone digit or neither."""

_HALF = re.compile(rf"(?P<char>[㐀-鿿豈-﫿])(?P<gloss>(?P<reading>{SYLLABLE})[)）])")
_OPENED = re.compile(rf"[(（]\s?{SYLLABLE}")
_TONED = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]", re.IGNORECASE)
"""What a text with a reading has somewhere; quicker to look for than the readings themselves."""

_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ", "aaaaeeeeiiiioooouuuuüüüünnnm")


@lru_cache(maxsize=8192)
def readings(character: str) -> frozenset[str]:
    """All readings of a character with tone marks, as pypinyin lists them; empty for an unknown one."""
    from pypinyin import pinyin

    found = pinyin(character, heteronym=True, errors="ignore")
    return frozenset(found[0]) if found else frozenset()


def _plain(syllable: str) -> str:
    return syllable.translate(_TONES).replace("ü", "v")


def is_reading(character: str, syllable: str) -> bool:
    """Whether a syllable (`xué`, `xue2` or `xue`) is a reading of the character."""
    given = unicodedata.normalize("NFC", syllable.lower()).replace("ɡ", "g")
    known = readings(character)
    if given in known:
        return True
    # Without a tone mark the letters must agree; a wrong mark is not a reading.
    bare = given.rstrip("12345")
    return bare == bare.translate(_TONES) and _plain(bare) in {_plain(reading) for reading in known}


def find(text: str) -> Iterator[Edit]:
    """Edits that remove each bracketed reading of the character before it.

    One without its opening bracket (`務wù)`: damage took the bracket) needs a tone mark to be taken for a reading.
    """
    if ")" not in text and "）" not in text:
        return
    for match in GLOSS.finditer(text) if _OPENED.search(text) else ():
        if is_reading(match["char"], match["reading"]):
            yield Edit(*match.span("gloss"), "", "reading")
    for match in _HALF.finditer(text) if _TONED.search(text) else ():
        if _is_toned(match["reading"]) and is_reading(match["char"], match["reading"]):
            yield Edit(*match.span("gloss"), "", "reading")


def _is_toned(syllable: str) -> bool:
    return syllable != syllable.translate(_TONES)
