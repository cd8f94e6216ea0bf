"""What a paragraph above numbered items says about them: that they are lessons, principles, or one topic's measures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.segmentation.announcements import announces_lessons, announces_targets
from pipeline.segmentation.headline import lead_title
from pipeline.segmentation.markers import BULLET, LISTS
from pipeline.segmentation.models import Heading
from pipeline.segmentation.orientation import figures
from pipeline.segmentation.paragraphs import is_headline
from pipeline.segmentation.reasons import paragraph_reason
from pipeline.segmentation.sentences import has_topic_sentence

if TYPE_CHECKING:
    from pipeline.segmentation.tree import Node

_LEAD_MAX = 60
_TITLE_MAX = 40
_LIST_LEAD_MAX = 120
_ANNOUNCES = re.compile(
    r"以下|如下|下列|上述|几|主要|重点|今年|[一五]年|[一二三四五六七八九十两]个|原则|要求|目标|必须|首先|，是|[》\d]"
)
_PRINCIPLES = ("体会", "经验", "启示", "原则", "把握以下", "把握好", "遵循以下")


def content_of(text: str, node: Node | None) -> str:
    """Text of a block's line after its number."""
    return "" if node is None or node.line is None else text[node.line.body : node.line.end]


def states_work(text: str, node: Node) -> bool:
    """Whether a paragraph above a list opens a topic of its own and says with figures what is done about it."""
    line = node.line
    return (
        line is not None and has_topic_sentence(text, line.start, line.end) and figures(text, line.start, line.end) > 0
    )


def leads_into(text: str, node: Node, following: Node) -> bool:
    """Whether a short paragraph right above a numbered block leads into it; a longer one into a list."""
    content = content_of(text, node)
    if states_work(text, node):
        return False
    if following.system == BULLET or following.value == 1:
        return len(content) <= _LIST_LEAD_MAX
    return len(content) <= _LEAD_MAX and "。" not in content[:-1]


def are_principles(text: str, lead: Node | None, item: Node) -> bool:
    """Whether items are announced as principles (`要把握好以下原则：`) and are no headings over paragraphs."""
    content = "" if item.blocks or len(item.paragraphs) > 1 else content_of(text, lead)
    announced = content.endswith(("：", ":", "。")) and any(word in content for word in _PRINCIPLES)
    return announced and len(content) <= _LIST_LEAD_MAX


def heading_over(text: str, lead: Node | None, item: Node, depth: int, above: Node | None = None) -> Heading | None:
    """The title of the paragraph that leads into an enumeration, as a heading of its items.

    It is the paragraph's run-in title, the paragraph itself if it is one (`扩大开放，稳住外贸。`), or the headline
    printed right `above` it.
    """
    if lead is None or lead.line is None or item.system not in LISTS:
        return None
    for node in (lead, above):
        if node is None or node.line is None:
            continue
        title = lead_title(text, node.line.start, node.line.end) if node is lead else ""
        if not title and is_headline(text, node.line.start, node.line.end):
            content = content_of(text, node)
            title = "" if len(content) > _TITLE_MAX or _ANNOUNCES.search(content) else content.rstrip("。")
        if title:
            return Heading(title, "", depth, node.line.start, node.line.start + len(title))
    return None


@dataclass(slots=True)
class ListReasons:
    """Why the items of a section's lists are no measures, by numbering system.

    Items that count on share the reason of the first, also after remarks that stand between them.
    """

    text: str
    known: dict[str, str | None] = field(default_factory=dict)

    def reason(self, lead: Node | None, item: Node) -> str | None:
        """`lessons`, `general_requirements` (targets) or `problems`, if the paragraph above the list says so."""
        if item.value <= 1 or item.system not in self.known:
            self.known[item.system] = self._announced(content_of(self.text, lead), item)
        return self.known[item.system]

    def _announced(self, content: str, item: Node) -> str | None:
        if announces_lessons(content):
            return "lessons"
        if item.system not in LISTS:
            return None
        if announces_targets(content):
            return "general_requirements"
        return "problems" if paragraph_reason(content) == "problems" else None
