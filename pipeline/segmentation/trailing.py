"""Paragraphs that the tree hung below the last item of a list although they close the section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.segmentation.tree import is_title_only

if TYPE_CHECKING:
    from pipeline.segmentation.tree import Node

_RUN_MIN = 3


def _runs(text: str, node: Node) -> list[list[int]]:
    """Indices of neighbouring numbered children of one system, bare titles and run-in items apart, run by run."""
    runs: list[list[int]] = []
    previous: tuple[str, bool] | None = None
    for index, child in enumerate(node.children):
        group = (child.system, is_title_only(text, child)) if child.role == "numbered" else None
        if group is not None and group == previous:
            runs[-1].append(index)
        elif group is not None:
            runs.append([index])
        previous = group
    return runs


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
    what the last one has beyond that closes the section (`39.…` and then `各县教育局要…`).
    """
    for child in node.blocks:
        release_trailing(text, child)
    moved: dict[int, list[Node]] = {}
    for run in _runs(text, node):
        last = node.children[run[-1]]
        surplus = _surplus(text, [node.children[index] for index in run])
        if surplus:
            moved[run[-1]] = surplus
            del last.children[-len(surplus) :]
    if moved:
        node.children = [item for index, child in enumerate(node.children) for item in (child, *moved.get(index, []))]
