"""The measure selector: walks the tree and decides what is a measure, and says of everything else why it is none."""

from __future__ import annotations

from dataclasses import replace

from pipeline.segmentation import lexicon
from pipeline.segmentation.announcements import announces_principles
from pipeline.segmentation.content import Paragraphs, Setting
from pipeline.segmentation.drafts import Place, Selection
from pipeline.segmentation.headline import run_in_title
from pipeline.segmentation.leads import (
    ListReasons,
    are_principles,
    content_of,
    heading_over,
    leads_into,
    states_work,
)
from pipeline.segmentation.markers import BULLET, LISTS
from pipeline.segmentation.models import Heading, Kind
from pipeline.segmentation.orientation import figures, growth_targets
from pipeline.segmentation.paragraphs import parallel
from pipeline.segmentation.sentences import Span, sentences
from pipeline.segmentation.standing import stand_alone
from pipeline.segmentation.tree import Node, is_title_only

_PREFIX = {"heading": "h", "appendix": "a", BULLET: "b"}
_TRANSPARENT = ("h", "a")
_FRAGMENT_SHARE = 0.6
_FRAGMENT_MAX = 40
_TITLE_MAX = 30
_OWN_MIN = 130
_OWN_SENTENCES = 3
_SECTION_MIN = 3
_ALIKE_MIN = 2
_SECTION_SHARE = 0.75
_UNRANKED = LISTS | {""}


class Selector:
    """One walk over the tree of one document."""

    def __init__(self, text: str, plan_year: int | None, min_chars: int) -> None:
        self.text, self.plan_year = text, plan_year
        self.out = Selection()
        self.outermost: dict[str, tuple[int, int]] = {}
        self.led: set[int] = set()
        self.paragraphs = Paragraphs(text, min_chars, self.out)

    def select(self, root: Node, kind: Kind) -> Selection:
        """Collect the measures below `root`; `kind` holds where no heading says otherwise."""
        for block in root.blocks:
            alike, large = self.outermost.get(block.system, (0, 0))
            self.outermost[block.system] = alike + 1, large + self._is_large(block)
        place = Place(kind=kind)
        if root.blocks:
            self._section(root, place)
        else:
            self.paragraphs.read(root.paragraphs, place)
        return self.out

    def _skip(self, node: Node, reason: str) -> None:
        if node.line is not None:
            self.out.skip(node.line.start, node.end, reason)

    def _body(self, node: Node) -> str:
        return content_of(self.text, node)

    def _title(self, node: Node) -> str:
        content = self._body(node)
        return content.rstrip("。：: ") if is_title_only(self.text, node) else run_in_title(content)

    def _section(self, node: Node, place: Place) -> None:
        """Children in order: what stands before the first block introduces it, unless it runs parallel."""
        first = node.children.index(node.blocks[0])
        before, after = node.children[:first], node.children[first:]
        numbered = any(block.system not in _UNRANKED for block in node.blocks)
        if place.path:
            loose = all(block.system in LISTS for block in node.blocks)
            self._before(before, node.blocks[0], place, loose=loose)
        else:
            for child in before:
                self._skip(child, "preamble")
        counts: dict[str, int] = {}
        reasons = ListReasons(self.text)
        runs = self._runs(node)
        run: list[Node] = []
        above, lead = [None, None, *before][-2:]
        seen = len(before)
        for child in after:
            if child.role == "paragraph":
                run.append(child)
                above, lead = lead if len(run) > 1 else None, child
                continue
            content = self._without_lead(run, child)
            self.paragraphs.read(content, place, seen, Setting(opens=False, beside=numbered))
            seen, run = seen + len(run), []
            group = child.system or child.role
            counts[group] = counts.get(group, 0) + 1
            if child.role == "table":
                self._tasks(child, place, counts[group])
            elif (reason := reasons.reason(lead, child)) is not None:
                self._skip(child, reason)
            else:
                self._block(
                    child,
                    self._step(child, counts[group]),
                    self._below_lead(lead, child, place, above),
                    runs[child.system],
                )
        self.paragraphs.read(run, place, seen, Setting(opens=False, beside=numbered))

    def _before(self, nodes: list[Node], following: Node, place: Place, *, loose: bool) -> None:
        """What stands before the first block of a section introduces it, unless paragraphs run parallel.

        Before a mere enumeration (`loose`) only the last paragraph leads in.
        """
        only = parallel(self.text, nodes, loose=loose)
        only |= {node.start for node in nodes[-1:] if loose and states_work(self.text, node)}
        if loose and not only and len(nodes) > 1 and not announces_principles(self._body(nodes[-1])):
            self.paragraphs.read(nodes[:-1], place, setting=Setting(listed=True))
            nodes, only = nodes[-1:], set()
        if nodes and leads_into(self.text, nodes[-1], following):
            only -= {nodes[-1].start}
        self.paragraphs.read(nodes, place, setting=Setting(only=only))

    def _without_lead(self, run: list[Node], following: Node) -> list[Node]:
        """Paragraphs above a numbered block without the one that leads into it and a title above that one."""
        if not run or not leads_into(self.text, run[-1], following):
            return run
        titled = len(run) > 1 and len(self._body(run[-2])) <= _TITLE_MAX and is_title_only(self.text, run[-2])
        for node in run[-2 if titled else -1 :]:
            self._skip(node, "lead_in")
        return run[: -2 if titled else -1]

    def _runs(self, node: Node) -> dict[str, list[Node]]:
        """By numbering system the items below a block that have paragraphs below a line of their own text."""
        runs: dict[str, list[Node]] = {block.system: [] for block in node.blocks}
        for block in node.blocks:
            bare = is_title_only(self.text, block)
            if block.paragraphs and len(block.paragraphs) == len(block.children) and not bare:
                runs[block.system].append(block)
        return runs

    def _step(self, node: Node, position: int) -> str:
        prefix = _PREFIX.get(node.system or node.role, "")
        return f"{prefix}{position}" if prefix else str(node.value)

    def _below_lead(self, lead: Node | None, item: Node, place: Place, above: Node | None) -> Place:
        """Where an item stands: announced as a principle, below the run-in title of the paragraph that leads in."""
        if are_principles(self.text, lead, item):
            place = replace(place, kind="principle")
        heading = heading_over(self.text, lead, item, len(place.path) + 1, above)
        if heading is None:
            return place
        if heading.start not in self.led:
            self.led.add(heading.start)
            self.out.outline.append(heading)
        return replace(place, headings=(*place.headings, heading.title))

    def _tasks(self, node: Node, place: Place, position: int) -> None:
        """The rows of a table of tasks: each task cell a measure `r{n}`; a second table is `t2.r{n}`."""
        steps = place.path if position == 1 else (*place.path, f"t{position}")
        self._skip(node, "table_header")
        for index, row in enumerate(node.rows, start=1):
            start, end = row.task
            path = ".".join((*steps, f"r{index}"))
            self.out.emit(path, row.number, place, Span(start, end), cells=(row.duty, row.due))

    def _block(self, node: Node, step: str, place: Place, run: list[Node]) -> None:
        title = self._title(node)
        if lexicon.is_general(title) and not node.blocks:
            self._skip(node, "general_requirements")
            return
        if title in lexicon.CLOSING_TITLES or (node.role == "appendix" and self._is_glossary(node, title)):
            self._skip(node, "closing" if title in lexicon.CLOSING_TITLES else "appendix")
            return
        inside = place.below(step, title, self._kind(title, place))
        if node.blocks and not self._stays_inside(node, place):
            self._open(node, title, inside)
            self._section(node, inside)
        elif node.paragraphs and stand_alone(
            self.text, node, run, outermost=not place.path, section=self._is_section(node, place)
        ):
            self._open(node, title, inside)
            self.paragraphs.read(node.paragraphs, inside)
        elif node.line is not None and (node.line.marker is not None or node.paragraphs):
            head = node.line.end if node.paragraphs and is_title_only(self.text, node) else None
            kind = place.kind if place.path else inside.kind
            span = Span(node.line.body, node.end, head)
            number = node.line.marker.text if node.line.marker else ""
            self.out.emit(".".join(inside.path), number, replace(place, kind=kind), span)
        else:
            self._skip(node, "empty_heading")

    def _kind(self, title: str, place: Place) -> Kind:
        """A top heading decides by its words and year, a lower one only if it plainly departs from its section."""
        if place.path and place.path[-1][:1] not in _TRANSPARENT:
            return lexicon.kind_below(title, place.kind)
        return lexicon.kind_of(title, place.kind, self.plan_year)

    def _is_glossary(self, node: Node, title: str) -> bool:
        titles = [title, *(self._title(block) for block in node.blocks[:2])]
        return any(lexicon.is_glossary(name) for name in titles)

    def _open(self, node: Node, title: str, inside: Place) -> None:
        """Record a heading; what its line says beyond the title introduces the section, or is its first measure."""
        if node.line is None:
            return
        start = node.line.body
        number = node.line.marker.text if node.line.marker else ""
        self.out.outline.append(Heading(title, number, len(inside.path), start, start + len(title)))
        if is_title_only(self.text, node):
            return
        if node.line.marker is not None and self._says_more(start, node.line.end):
            own = replace(inside, headings=inside.headings[:-1])
            self.out.emit(".".join((*inside.path, "p0")), number, own, Span(start, node.line.end))
        else:
            self.out.skip(min(start + len(title) + 1, node.line.end), node.line.end, "introduction")

    def _is_section(self, node: Node, place: Place) -> bool:
        """Whether an outermost title is a section: most of its neighbours hold blocks or several paragraphs."""
        if place.path:
            return False
        alike, large = self.outermost[node.system]
        mine = self._is_large(node)
        return alike > _ALIKE_MIN and large - mine >= _SECTION_SHARE * (alike - 1)

    def _is_large(self, node: Node) -> bool:
        return bool(node.blocks) or len(node.paragraphs) >= _SECTION_MIN

    def _says_more(self, start: int, end: int) -> bool:
        """Whether a numbered line over paragraphs says more than title and orientation: figures, or sentences."""
        return figures(self.text, start, end) - growth_targets(self.text, start, end) > 1 or (
            end - start >= _OWN_MIN and len(sentences(self.text, start, end)) >= _OWN_SENTENCES
        )

    def _stays_inside(self, node: Node, place: Place) -> bool:
        """Whether numbered lines below an item are parts of one sentence, not blocks of their own."""
        if node.role != "numbered" or not place.path or any(block.children for block in node.blocks):
            return False
        texts = [self.text[block.line.start : block.line.end] for block in node.blocks if block.line]
        fragments = sum(text.endswith(("；", ";", "，", ",", "、")) for text in texts[:-1])
        if len(texts) > 1 and fragments >= _FRAGMENT_SHARE * (len(texts) - 1):
            return True
        return self._body(node).endswith(("：", ":")) and all(len(text) <= _FRAGMENT_MAX for text in texts)
