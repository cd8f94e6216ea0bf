"""Networks of shared wording in the format other programs read."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import polars as pl

_TYPES = {pl.Float64: "double", pl.Int64: "long", pl.Boolean: "boolean"}
_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


def to_graphml(edges: pl.DataFrame, source: str, target: str, nodes: pl.DataFrame | None = None) -> str:
    """A directed GraphML graph; every other column becomes an attribute, missing values are left out.

    Args:
        edges: one row an edge.
        source: column that names the node an edge leaves.
        target: column that names the node it enters.
        nodes: attributes of nodes, the node's name in the first column; nodes of edges need not occur.
    """
    known = nodes if nodes is not None else pl.DataFrame({"id": []}, schema={"id": pl.String})
    key = known.columns[0]
    root = ET.Element("graphml", xmlns=_NAMESPACE)
    edge_columns = [name for name in edges.columns if name not in (source, target)]
    for scope, frame, columns in (("node", known, known.columns[1:]), ("edge", edges, edge_columns)):
        for name in columns:
            kind = next((label for dtype, label in _TYPES.items() if frame.schema[name] == dtype), "string")
            ET.SubElement(root, "key", {"id": f"{scope}-{name}", "for": scope, "attr.name": name, "attr.type": kind})
    graph = ET.SubElement(root, "graph", edgedefault="directed")
    facts = {row[key]: row for row in known.iter_rows(named=True)}
    for name in sorted({*facts, *edges[source], *edges[target]}):
        element = ET.SubElement(graph, "node", id=name)
        _attributes(element, "node", {k: v for k, v in facts.get(name, {}).items() if k != key})
    for row in edges.iter_rows(named=True):
        element = ET.SubElement(graph, "edge", source=row[source], target=row[target])
        _attributes(element, "edge", {name: row[name] for name in edge_columns})
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _attributes(element: ET.Element, scope: str, values: dict[str, object]) -> None:
    for name, value in values.items():
        if value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            ET.SubElement(element, "data", key=f"{scope}-{name}").text = text
