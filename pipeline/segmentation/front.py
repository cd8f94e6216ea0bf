"""Where the body of a document begins, and what has the form of a heading."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.segmentation import lexicon
from pipeline.segmentation.lines import SENTENCE_END

if TYPE_CHECKING:
    from pipeline.segmentation.lines import Line

HEADING_MAX = 32
"""Characters of the longest unnumbered heading; a paragraph is longer."""

_TOPICS_MIN = 3
_NEIGHBOURS = 3
_SECTION_LINES = 2


def is_heading_like(text: str, line: Line) -> bool:
    """Whether an unnumbered line has the form of a heading: short, with words, no punctuation at its end."""
    content = text[line.start : line.end]
    if line.marker is not None or len(content) > HEADING_MAX:
        return False
    if content[-1] in SENTENCE_END + "；：，、…,;:" or content[0] in "》，。、）":
        return False
    return any("\u4e00" <= char <= "\u9fff" for char in content)


def front_matter(text: str, lines: list[Line]) -> int:
    """Number of lines before the body: titles, dates, preamble; 0 in a document without numbers.

    The body begins at the first number; earlier at a title of its own over an unnumbered part, be it the review
    before a numbered plan or one of several documents in the file.
    """
    valued = [index for index, line in enumerate(lines) if line.marker is not None and line.marker.value]
    if not valued:
        return 0
    first = valued[0]
    parts = part_titles(text, lines)
    titles = [index for index in range(first) if is_heading_like(text, lines[index])]
    over = [index for index in titles[-_NEIGHBOURS:] if _topics(text, lines[index + 1 : first]) >= _TOPICS_MIN]
    return min([first, *(parts if len(parts) > 1 else []), *over[-1:], *_first_section(text, lines, first)])


def _first_section(text: str, lines: list[Line], first: int) -> list[int]:
    """The heading right above the first number and below the preamble (`党建篇：…`): the body's first section."""
    if first < _SECTION_LINES or not is_heading_like(text, lines[first - 1]):
        return []
    heading, above = text[lines[first - 1].start : lines[first - 1].end], lines[first - 2]
    prose = text[above.end - 1] in SENTENCE_END + "：:" and above.end - above.start > HEADING_MAX
    plain = lexicon.line_role(heading) == "paragraph" and not lexicon.is_issuer(heading)
    return [first - 1] if prose and plain else []


def _topics(text: str, lines: list[Line]) -> int:
    """Headlines on lines of their own among `lines`, each over a longer paragraph."""
    return sum(
        text[line.end - 1] == "。" and line.end - line.start <= HEADING_MAX < following.end - following.start
        for line, following in pairwise(lines)
    )


def part_titles(text: str, lines: list[Line]) -> list[int]:
    """Indices of the unnumbered titles that open the parts of a file of several documents.

    A part title announces a review or a plan and differs from the others; a title that the page repeats is one.
    """
    found: dict[str, int] = {}
    for index, line in enumerate(lines):
        content = text[line.start : line.end]
        if lexicon.line_role(content) == "appendix":
            break
        if is_heading_like(text, line) and lexicon.announces(content):
            found[content.replace(" ", "")] = index
    names = list(found)
    return [
        found[name]
        for place, name in enumerate(names)
        if not any(
            name != other and name in other for other in names[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
        )
    ]
