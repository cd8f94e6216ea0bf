"""Paragraphs that the tree hung below the last item of a list although they close the section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.segmentation.markers import LISTS
from pipeline.segmentation.sentences import has_topic_sentence
from pipeline.segmentation.tree import is_title_only

if TYPE_CHECKING:
    from pipeline.segmentation.tree import Node

_RUN_MIN = 3
_LIST_MIN = 2


def _runs(text: str, node: Node) -> list[list[int]]:
    """Indices of neighbouring numbered children of one system, bare titles and run-in items apart, run by run."""
    runs: list[list[int]] = []
    previous: tuple[str, bool] | None = None
    for index, child in enumerate(node.children):
        group = (child.system, is_title_only(text, child)) if child.role == "numbered" else None
        restarts = child.value == 1
        if group is not None and group == previous and not restarts:
            runs[-1].append(index)
        elif group is not None:
            runs.append([index])
        previous = group
    return runs


def _lists(node: Node) -> list[list[int]]:
    """Indices of the neighbouring items of each enumeration (一是…, 二是…) and of each bulleted list."""
    runs: list[list[int]] = []
    for index, child in enumerate(node.children):
        if child.system not in LISTS:
            continue
        before = node.children[index - 1] if runs and runs[-1][-1] == index - 1 else None
        counts_on = before is not None and before.system == child.system and child.value in {0, before.value + 1}
        if counts_on:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [run for run in runs if len(run) >= _LIST_MIN]


def _after_list(text: str, items: list[Node], *, another: bool) -> list[Node]:
    """What stands below the last item of an enumeration from the first topic of its own on.

    Empty where earlier items hold topics too, beyond the one paragraph that a bare title stands over, unless
    `another` list follows, which those topics introduce.
    """
    *earlier, last = items

    def own(item: Node) -> list[Node]:
        return item.children[int(is_title_only(text, item)) :]

    if not another and any(_opens(text, child) for item in earlier for child in own(item)):
        return []
    kept = len(last.children) - len(own(last))
    tail = own(last)
    if not any(own(item) for item in earlier):
        return tail
    return next((last.children[i:] for i in range(kept, len(last.children)) if _opens(text, last.children[i])), [])


def _opens(text: str, node: Node) -> bool:
    return node.line is not None and has_topic_sentence(text, node.line.start, node.line.end)


def _surplus(text: str, items: list[Node]) -> list[Node]:
    """Paragraphs of the last of several alike items beyond what the others have, empty if they are not alike."""
    *earlier, last = items
    counts = {len(item.children) for item in earlier}
    if len(items) < _RUN_MIN or len(counts) != 1 or any(item.blocks for item in items):
        return []
    keep = counts.pop()
    if keep == 0 and is_title_only(text, last):
        keep = 1
    if keep > 1 or len(last.children) <= keep or (keep == 0) == is_title_only(text, last):
        return []
    return last.children[keep:]


def release_trailing(text: str, node: Node) -> None:
    """Move paragraphs after the last of several alike items up to the section.

    Alike are at least three neighbours that all have no paragraph of their own, or exactly one below a bare title:
    what the last one has beyond that closes the section (`39.…` and then `各县教育局要…`). An enumeration ends before
    the first paragraph with a topic of its own, or with its last item where none has a paragraph below it.
    """
    for child in node.blocks:
        release_trailing(text, child)
    moved: dict[int, list[Node]] = {}
    found = [(run, _surplus(text, [node.children[index] for index in run])) for run in _runs(text, node)]
    for run in _lists(node):
        items = [node.children[index] for index in run]
        following = node.children[run[-1] + 1 : run[-1] + 2]
        another = items[0].value > 0 and [child.system for child in following] == [items[0].system]
        found.append((run, _after_list(text, items, another=another)))
    for run, surplus in found:
        last = node.children[run[-1]]
        if surplus and run[-1] not in moved:
            moved[run[-1]] = surplus
            del last.children[-len(surplus) :]
    if moved:
        node.children = [item for index, child in enumerate(node.children) for item in (child, *moved.get(index, []))]
