"""Traditional to simplified characters with OpenCC, and which script a text is in.

OpenCC's `tw2s` is the base: it gives 着力, 看着, 执着 for 著力, 看著, 執著 where `t2s` leaves 著. It goes too far in
words whose 著 means "work" or "evident"; those are listed here and kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

from pipeline.cleaning.draft import Draft

Script = Literal["hans", "hant"]

KEEP_ZHU = (
    "原著|论著|遗著|专著|译著|编著|撰著|拙著|新著|巨著|合著|名著|著者|著述|著录|著称|著作|著名|著书|著有|著译"
    "|显著|卓著|昭著|较著|土著|见微知著|恩威并著"
)
"""Words that keep 著; the words of jieba's dictionary with 著 in this sense, less names and errors."""

_KEEP_ZHU = re.compile(KEEP_ZHU.replace("著", "[著着]"))
_EITHER = "么著"
"""Characters OpenCC converts that also stand in simplified text: no evidence of the script."""

_MIN_EVIDENCE = 5
"""Traditional characters below which a text stays simplified: one 於 in a name proves nothing."""


class Converter(Protocol):
    """What we use of OpenCC."""

    def convert(self, text: str) -> str:
        """The text in the other script."""
        ...


@dataclass(frozen=True)
class Tables:
    """Patterns of the characters only one script has."""

    traditional: re.Pattern[str]
    simplified: re.Pattern[str]


@lru_cache(maxsize=4)
def converter(name: str) -> Converter:
    """An OpenCC converter; loading one takes about 50 ms."""
    from opencc import OpenCC

    made: Converter = OpenCC(name)
    return made


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Characters that OpenCC changes in one direction only, from CJK Unified Ideographs and Extension A."""
    every = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    listed = "\n".join(every)
    to_simple = converter("tw2s").convert(listed).split("\n")
    to_traditional = converter("s2t").convert(listed).split("\n")
    changed = {c for c, new in zip(every, to_simple, strict=True) if c != new}
    simple = {c for c, new in zip(every, to_traditional, strict=True) if c != new}
    return Tables(_any_of(changed - simple - set(_EITHER)), _any_of(simple - changed - set(_EITHER)))


def _any_of(characters: set[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(characters))}]")


def detect(text: str) -> Script:
    """`hant` when characters only traditional script has outnumber those only simplified script has."""
    known = tables()
    traditional = len(known.traditional.findall(text))
    if traditional < _MIN_EVIDENCE:
        return "hans"
    return "hant" if traditional > len(known.simplified.findall(text)) else "hans"


def to_simplified(text: str) -> str:
    """Simplified text of the same length; lines whose conversion would change the length are done by character."""
    new = converter("tw2s").convert(text)
    if len(new) != len(text):
        new = "".join(_by_character(line) for line in re.split(r"(?<=\n)", text))
    kept = list(new)
    for match in _KEEP_ZHU.finditer(new):
        for place in range(match.start(), match.end()):
            if text[place] == "著":
                kept[place] = "著"
    return "".join(kept)


def _by_character(line: str) -> str:
    new = converter("tw2s").convert(line)
    if len(new) == len(line):
        return new
    return "".join(c if len(c) == 1 else old for old, c in ((c, converter("tw2s").convert(c)) for c in line))


def simplify(draft: Draft, script: Script) -> None:
    """Convert a draft in traditional script; in a simplified one only paragraphs that are traditional themselves."""
    if script == "hant":
        draft.substitute(to_simplified(draft.text), "script")
        return
    if len(tables().traditional.findall(draft.text)) < _MIN_EVIDENCE:
        return
    lines = draft.text.split("\n")
    draft.substitute("\n".join(to_simplified(line) if detect(line) == "hant" else line for line in lines), "script")
