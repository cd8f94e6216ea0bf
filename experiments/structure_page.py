"""The page of `structure.py`: figures as tables, boundaries report by report."""

from __future__ import annotations

GROUPS = {"seeds": "seeds", "provinces": "provincial", "national": "national"}
"""Folder of a document in the corpus and the column it counts in."""

REPORT = "report"
HEADER = """\
`python experiments/structure.py`; gold digest `{digest}`. Protocol: `data/labels/structure/README.md`. In brackets the
baseline of plain regular expressions and the size of the gold standard. Numbers, kinds and paths are judged on
measures with exact spans, fields of targets on overlapping ones; `quantity` is character overlap. `without headline
lines` counts a headline on a line of its own on neither side: by version 2 of the protocol it is the measure's head, by
version 1 annotators disagreed. `limits` is the share of measures found that have exact limits, apart those that carry
the flag `pieces` because the page prints paragraphs in pieces (`guessed`). All reports' measures are development by
now; what the program scored on those it had not seen is kept in the `structure_held_out_*.md`."""


def table(flat: dict[str, float], digest: str) -> str:
    """The figures as Markdown: a row a measure, a column a group, the baseline in brackets."""
    lines = ["# Structure, metadata, targets and citations", "", HEADER.format(digest=digest)]
    for part, heading in (("development", "Development documents"), ("held_out", "Held-out documents")):
        groups = [group for group in GROUPS.values() if any(name.startswith(f"{part}.{group}.") for name in flat)]
        lines += ["", f"## {heading}", "", f"| | {' | '.join(groups)} |", f"|---|{'---|' * len(groups)}"]
        rows = {
            name.split(".", 2)[2]
            for name in flat
            if name.startswith(f"{part}.") and not name.endswith((".baseline", ".n"))
        }
        for row in sorted(rows, key=_order):
            cells = (_cell(flat, f"{part}.{group}.", row) for group in groups)
            lines.append(f"| {row.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join([*lines, *_reports(flat)]) + "\n"


def _reports(flat: dict[str, float]) -> list[str]:
    """Boundary F1 of each report, the worst first."""
    found = {name.removeprefix(f"{REPORT}."): f1 for name, f1 in flat.items() if name.startswith(f"{REPORT}.")}
    worst_first = sorted(found, key=lambda name: (found[name], name))
    return ["", "## Boundary F1 by report", "", ", ".join(f"{name} {found[name]:.3f}" for name in worst_first)]


def _order(row: str) -> tuple[int, str]:
    order = ("measures", "boundaries", "limits", "numbers", "paths", "kinds", "metadata", "targets", "citations")
    return next(place for place, name in enumerate(order) if row.startswith(name)), row


def _cell(flat: dict[str, float], prefix: str, row: str) -> str:
    ours = flat.get(prefix + row)
    if ours is None:
        return ""
    plain, counted = flat.get(f"{prefix}{row}.baseline"), flat.get(f"{prefix}{row.removesuffix('.f1')}.n")
    beside = "" if plain is None else f"{plain:.3f}"
    size = "" if counted is None or row.endswith("quantity") else f"n={counted:.0f}"
    return f"{ours:.3f} ({', '.join(filter(None, (beside, size)))})"
