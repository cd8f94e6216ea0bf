"""Bytes to text: byte order marks, UTF-8 and UTF-16 with and without one, GB18030, Big5, and mixtures by line.

A declared encoding is a hint, not a fact: pages declare `gb2312` and send UTF-8. What decodes without error and reads
like Chinese wins. Bytes that fit nothing become U+FFFD in place, so that one bad byte costs one character.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from pipeline.errors import UnusableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GB = {"gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80", "cp936", "ms936", "euc-cn", "hz-gb-2312"}
_BIG5 = {"big5", "big5-hkscs", "big5hkscs", "cp950", "x-x-big5"}

COMMON = frozenset(
    "的一是不在人有我他这中大为上个国我以要时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之"
    "进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间"
    "样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员"
    "革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据"
    "處理教育學校師課程質量園兒安全建設標準體系發展實施黨組織領導幹部務責經費縣鄉鎮職業德評價監測資源優化進養訓這為個國時來們對會動過說產"
    "教育学校师课程幼园儿安健康省市县区乡镇街局委厅，。、；：？！“”（）《》"
)
"""Frequent characters of official texts in both scripts, and Chinese marks: what right decoding is full of."""

_MAX_BAD_SHARE = 0.05
_SAMPLE = 20_000
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{3,20})", re.IGNORECASE)


@dataclass(frozen=True)
class Decoded:
    """Text, the encoding it was in (`utf-8+gb18030` for a mixture) and how many bytes fitted none."""

    text: str
    encoding: str
    n_bad: int = 0
    notes: tuple[str, ...] = ()


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode text bytes.

    Args:
        data: the file.
        declared: encoding the file or its server names, if any.

    Raises:
        UnusableDocument: `encoding` when more than 5% of it fits no encoding or it does not read as text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _by_mark(data[len(mark) :], name)
    guess = _wide_without_mark(data)
    if guess:
        return _checked(data.decode(guess, "replace"), guess)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(data, _family(declared))
    if not text.isascii() and len(data) < 64 and _family(declared) == "gb18030":  # noqa: PLR2004
        # A few GB18030 bytes can be valid UTF-8 by chance (联通); a declared encoding then decides.
        other = _try(data, "gb18030")
        if other is not None and commonness(other) > commonness(text):
            return Decoded(other, "gb18030")
    notes = _contradiction("utf-8", declared) if not text.isascii() else ()
    return Decoded(text, "utf-8", notes=notes)


def declared_encoding(data: bytes) -> str | None:
    """The encoding that a page or XML file names within its first 2048 bytes."""
    match = _DECLARED.search(data[:2048])
    return match[1].decode("ascii").lower() if match else None


def commonness(text: str) -> float:
    """Share of frequent Chinese characters among the non-ASCII ones of a text's first 20,000 characters."""
    sample = [character for character in text[:_SAMPLE] if ord(character) > 127]  # noqa: PLR2004 - ASCII
    return sum(character in COMMON for character in sample) / len(sample) if sample else 0.0


def _family(name: str | None) -> str | None:
    lowered = (name or "").lower()
    if lowered in _GB:
        return "gb18030"
    return "big5hkscs" if lowered in _BIG5 else (lowered or None)


def _contradiction(encoding: str, declared: str | None) -> tuple[str, ...]:
    family = _family(declared)
    if family is None or family.replace("-", "") == encoding.replace("-", ""):
        return ()
    return (f"declared {declared}, but it is {encoding}",)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _by_mark(data: bytes, name: str) -> Decoded:
    text = _try(data, name)
    if text is not None:
        return Decoded(text, name)
    if name == "utf-8":
        # A mark proves nothing when an editor put it before GB18030 text.
        mixed = _by_line(data, "gb18030")
        return _judged(mixed, data)
    return _checked(data.decode(name, "replace"), name)


def _wide_without_mark(data: bytes) -> str | None:
    """UTF-16 without a mark: line breaks and ASCII leave a zero in every other byte, and 4E..9F are common."""
    if len(data) < 4 or len(data) % 2:  # noqa: PLR2004 - two characters
        return None
    sample = data[: _SAMPLE * 2]
    even, odd = sample[0::2], sample[1::2]
    for high, name in ((odd, "utf-16-le"), (even, "utf-16-be")):
        zeros = high.count(0)
        chinese = sum(0x4E <= byte <= 0x9F or byte in (0x30, 0xFF, 0x20) for byte in high)  # noqa: PLR2004
        other = even if high is odd else odd
        if zeros > other.count(0) and zeros + chinese > 0.9 * len(high) and _CONTROL.search(sample):
            return name
    return None


def _not_utf8(data: bytes, declared: str | None) -> Decoded:
    whole = {name: _try(data, name) for name in ("gb18030", "big5hkscs")}
    scores = {name: commonness(text) for name, text in whole.items() if text is not None}
    if declared in scores:
        scores[declared] += 0.05  # a true declaration decides between near equals
    if scores and max(scores.values()) > 0.2:  # noqa: PLR2004 - right decodings of the corpus score above .35
        best = max(scores, key=lambda name: scores[name])
        text = whole[best]
        if text is not None:
            return Decoded(text, best, notes=_contradiction(best, declared))
    loose = {name: commonness(data.decode(name, "replace")) for name in ("gb18030", "big5hkscs")}
    return _judged(_by_line(data, max(loose, key=lambda name: loose[name])), data)


def _by_line(data: bytes, legacy: str) -> Decoded:
    """Decode each line for itself, so that damage or a change of encoding stays where it is."""
    used: dict[str, int] = {}
    lines: list[str] = []
    bad = 0
    for line in re.split(rb"(?<=\n)", data):
        text, name = _one_line(line, legacy)
        lines.append(text)
        bad += text.count("\ufffd")
        if not line.isascii():
            used[name] = used.get(name, 0) + len(line)
    names = sorted(used, key=lambda name: -used[name])
    return Decoded("".join(lines), "+".join(names) or "ascii", bad)


def _one_line(line: bytes, legacy: str) -> tuple[str, str]:
    for name in ("utf-8", legacy):
        text = _try(line, name)
        if text is not None:
            return text, name
    candidates = [(line.decode(name, "replace"), name) for name in ("utf-8", legacy)]
    return min(candidates, key=lambda pair: pair[0].count("\ufffd") / (commonness(pair[0]) + 0.01))


def _judged(decoded: Decoded, data: bytes) -> Decoded:
    notes: tuple[str, ...] = ()
    if "+" in decoded.encoding:
        notes += (f"lines in different encodings: {decoded.encoding}",)
    if decoded.n_bad:
        notes += (f"{decoded.n_bad} byte(s) fit no encoding",)
    checked = _checked(decoded.text, decoded.encoding)
    if decoded.n_bad > max(1, _MAX_BAD_SHARE * len(data) / 2):
        raise UnusableDocument("encoding", f"{decoded.n_bad} places of {len(data)} bytes fit no encoding we know")
    return Decoded(checked.text, decoded.encoding, decoded.n_bad, notes)


def _checked(text: str, encoding: str) -> Decoded:
    bad = text.count("\ufffd")
    non_ascii = sum(ord(character) > 127 for character in text[:_SAMPLE])  # noqa: PLR2004 - ASCII
    if non_ascii >= 20 and commonness(text) < 0.02:  # noqa: PLR2004 - wrong decodings score below .01
        raise UnusableDocument("encoding", f"read as {encoding} it holds none of the usual Chinese characters")
    return Decoded(text, encoding, bad)
