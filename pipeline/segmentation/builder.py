"""Lines to a tree; levels follow the order of numbering systems in this document.

No system has a fixed level. A marker whose system is open continues it; a new system opens a level below the
innermost block, unless that block belongs to a system this document, or the usual order, puts lower.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from pipeline.segmentation import lexicon
from pipeline.segmentation.front import HEADING_MAX, front_matter, is_heading_like
from pipeline.segmentation.lines import SENTENCE_END, Line
from pipeline.segmentation.markers import BULLET, SECTIONAL
from pipeline.segmentation.reasons import ends_section, paragraph_reason
from pipeline.segmentation.tables import Columns, read_header, read_row
from pipeline.segmentation.trailing import release_trailing
from pipeline.segmentation.tree import Node, Tree, is_title_only

if TYPE_CHECKING:
    from pipeline.segmentation.markers import Marker

_UNDIVIDED_MIN = 3
_LOOK_BACK = 4
_ISSUERS_MAX = 6

_LEADS_ON = (None, "introduction", "overview", "situation")
"""Reasons, or none, of a paragraph that may be the first below a title; thanks, problems and closings are not."""


class _Builder:
    """Reads lines once, keeping the path of open blocks on a stack whose first entry is the root."""

    def __init__(self, text: str, lines: list[Line], title: str) -> None:
        self.text, self.lines, self.title = text, lines, title
        self.root = Node("root")
        self.stack = [self.root]
        self.dropped: list[tuple[Line, str]] = []
        self.nested: set[tuple[str, str]] = set()
        self.where: dict[str, list[int]] = {}
        self.listing_attachments = self.signed = self.body_seen = False
        self.columns: Columns | None = None
        for index, line in enumerate(lines):
            if line.marker is not None:
                self.where.setdefault(line.marker.system, []).append(index)
        self.front = front_matter(text, lines)

    def build(self) -> Tree:
        """The tree of all lines; called once."""
        for index, line in enumerate(self.lines):
            if self._table(line):
                continue
            if index < self.front:
                role = lexicon.line_role(self._content(line))
                title = is_heading_like(self.text, line)
                self.dropped.append((line, ("title" if title else "preamble") if role == "paragraph" else role))
            elif line.marker is None:
                self._unnumbered(index, line)
            elif self.listing_attachments and not self._is_sentence(line):
                self.dropped.append((line, "attachments"))
            else:
                self.listing_attachments = self.signed = False
                self.body_seen = True
                self._numbered(index, line)
        release_trailing(self.text, self.root)
        return Tree(self.root, self.dropped)

    def _table(self, line: Line) -> bool:
        """Take a line as the header or a row of a table of tasks, if it is one."""
        header = read_header(self.text, line.start, line.end)
        if header is not None:
            self.columns = header
            self.stack[-1].children.append(Node("table", line))
            return True
        row = read_row(self.text, line.start, line.end, self.columns) if self.columns is not None else None
        if row is None:
            self.columns = None
            return False
        self.stack[-1].children[-1].rows.append(row)
        return True

    def _content(self, line: Line) -> str:
        return self.text[line.body : line.end]

    def _is_sentence(self, line: Line) -> bool:
        return any(char in SENTENCE_END + "；" for char in self._content(line))

    def _next(self, system: str, index: int) -> int:
        """Index of the next line of a system after `index`, or the number of lines."""
        positions = self.where.get(system, [])
        found = bisect_right(positions, index)
        return positions[found] if found < len(positions) else len(self.lines)

    def _goes_on(self, node: Node, index: int) -> bool:
        """Whether the system of an open block counts on after `index`, before an outer block ends it."""
        follower = self._next(node.system, index)
        if follower == len(self.lines):
            return False
        marker = self.lines[follower].marker
        if marker is None or marker.value != node.value + 1:
            return False
        outer = (open_.system for open_ in self.stack if open_.system and open_ is not node)
        return all(self._next(system, index) > follower for system in outer)

    def _leaves(self, top: Node, index: int, line: Line) -> bool:
        """Whether a block of a new system cannot lie below the innermost open block."""
        marker = line.marker
        if marker is None or top.line is None:
            return False
        if top.line.marker is None:
            return top.role == "heading" and len(top.paragraphs) >= _UNDIVIDED_MIN and marker.system in SECTIONAL
        if (marker.system, top.system) in self.nested:
            return True
        if top.line.marker.weight <= marker.weight or (top.system, marker.system) in self.nested:
            return False
        return not self._goes_on(top, index)

    def _numbered(self, index: int, line: Line) -> None:
        marker = line.marker
        if marker is None:
            return
        if self._interrupts(marker):
            self.stack.pop()
        systems = [node.system for node in self.stack]
        if marker.system in systems:
            del self.stack[systems.index(marker.system) :]
        else:
            while len(self.stack) > 1 and self._leaves(self.stack[-1], index, line):
                self.stack.pop()
        self.nested |= {
            (node.system, marker.system)
            for node in self.stack
            if node.system and (marker.system, node.system) not in self.nested
        }
        self._open(Node("numbered", line))

    def _open(self, node: Node) -> None:
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def _unnumbered(self, index: int, line: Line) -> None:
        content = self._content(line)
        role = lexicon.line_role(content)
        self.listing_attachments = role == "attachments"
        if self.signed and role != "appendix" and not self._is_part(line, content):
            self.dropped.append((line, "imprint"))
            return
        self.signed = role == "signature" and self.body_seen
        if role == "paragraph" and self._is_signature(index, content):
            self.dropped.append((line, "signature"))
        elif role == "appendix":
            del self.stack[1:]
            self._open(Node("appendix", line))
        elif role != "paragraph":
            if role == "address":
                self._back_to_section()
            self.dropped.append((line, role))
        elif content == self.title:
            self.dropped.append((line, "title"))
        elif self._is_heading(index, content):
            self._heading(line, content)
        else:
            self.body_seen = self.body_seen or len(content) > HEADING_MAX
            if ends_section(content) and not self._awaits_body(content):
                self._back_to_section()
            self.stack[-1].children.append(Node("paragraph", line))

    def _awaits_body(self, content: str) -> bool:
        """Whether the innermost block is a bare numbered title, so that even words of thanks are its text."""
        top = self.stack[-1]
        bare = top.role == "numbered" and not top.children and is_title_only(self.text, top)
        if top.system in SECTIONAL:
            opens = paragraph_reason(content) in _LEADS_ON
        else:
            opens = top.system != BULLET or paragraph_reason(content) is None
        return bare and opens and not content.startswith("各位代表")

    def _is_part(self, line: Line, content: str) -> bool:
        """Whether a line after the signature opens another document."""
        return is_heading_like(self.text, line) and lexicon.announces(content)

    def _is_signature(self, index: int, content: str) -> bool:
        """Whether a line names an issuer right above the document's date, or above another that does."""
        if not lexicon.is_issuer(content):
            return False
        for following in self.lines[index + 1 : index + 1 + _ISSUERS_MAX]:
            below = self._content(following)
            if lexicon.line_role(below) == "signature" or not lexicon.is_issuer(below):
                return lexicon.line_role(below) == "signature"
        return False

    def _back_to_section(self) -> None:
        """An address to the assembly ends every block but the section: what follows is no continuation."""
        keep = 2 if len(self.stack) > 1 and self.stack[1].system in SECTIONAL | {""} else 1
        del self.stack[keep:]

    def _is_heading(self, index: int, content: str) -> bool:
        if not is_heading_like(self.text, self.lines[index]):
            return False
        following = self.lines[index + 1] if index + 1 < len(self.lines) else None
        return following is not None and not (following.marker is None and lexicon.is_issuer(content))

    def _holds_headings(self, node: Node) -> bool:
        """Whether an unnumbered heading can lie below a block: below sections, never below a run-in item."""
        return not node.system or (node.system in SECTIONAL and is_title_only(self.text, node))

    def _interrupts(self, marker: Marker) -> bool:
        """Whether the open heading is a stray line inside a numbered run that goes on past it."""
        if len(self.stack) < 2 or self.stack[-1].role != "heading" or marker.system not in SECTIONAL:  # noqa: PLR2004
            return False
        before = [child for child in self.stack[-2].children[-_LOOK_BACK:] if child.system == marker.system]
        return bool(before) and before[-1].value + 1 == marker.value

    def _heading(self, line: Line, content: str) -> None:
        systems = [node.role for node in self.stack]
        if content in lexicon.CLOSING_TITLES:
            del self.stack[1:]
        elif "heading" in systems:
            del self.stack[systems.index("heading") :]
        else:
            while len(self.stack) > 1 and not self._holds_headings(self.stack[-1]):
                self.stack.pop()
        self._open(Node("heading", line))


def build_tree(text: str, lines: list[Line], title: str) -> Tree:
    """Arrange the lines of one document; recursion is bounded by the number of numbering systems."""
    return _Builder(text, lines, title).build()
