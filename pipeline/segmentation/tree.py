"""The tree of a document: blocks with their numbers and titles, paragraphs, tables of tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pipeline.segmentation.lines import SENTENCE_END, Line

if TYPE_CHECKING:
    from pipeline.segmentation.tables import Row

Role = Literal["root", "numbered", "heading", "appendix", "paragraph", "table"]

_TITLE_MAX = 60


@dataclass(slots=True, eq=False)
class Node:
    """A block and what stands below it, in reading order."""

    role: Role
    line: Line | None = None
    children: list[Node] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def system(self) -> str:
        """Numbering system, empty for blocks without number."""
        return self.line.marker.system if self.line is not None and self.line.marker is not None else ""

    @property
    def value(self) -> int:
        """Printed number, 0 for blocks without one."""
        return self.line.marker.value if self.line is not None and self.line.marker is not None else 0

    @property
    def start(self) -> int:
        """Offset of the first character, -1 for the root."""
        return -1 if self.line is None else self.line.start

    @property
    def end(self) -> int:
        """Offset after the last character of the block and everything below it, 0 for an empty root."""
        node = self
        while node.children:
            node = node.children[-1]
        return 0 if node.line is None else node.line.end

    @property
    def paragraphs(self) -> list[Node]:
        """Direct children that are plain paragraphs."""
        return [child for child in self.children if child.role == "paragraph"]

    @property
    def blocks(self) -> list[Node]:
        """Direct children that have a number or a title of their own."""
        return [child for child in self.children if child.role != "paragraph"]


@dataclass(frozen=True, slots=True)
class Tree:
    """The root and the lines that are no content, each with its reason."""

    root: Node
    dropped: list[tuple[Line, str]]


def is_title_only(text: str, node: Node) -> bool:
    """Whether a block's line is a bare title: one sentence or less, at most 60 characters."""
    if node.line is None:
        return True
    content = text[node.line.body : node.line.end].rstrip(SENTENCE_END)
    return len(content) <= _TITLE_MAX and not any(char in SENTENCE_END for char in content)
