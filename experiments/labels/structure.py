"""From annotators' lines to gold that holds no text: source offsets, numbers, kinds, heading paths.

    python experiments/labels/structure.py --corpus ../shared/corpus measures LINES.jsonl --part held_out
    python experiments/labels/structure.py --corpus ../shared/corpus details ITEMS.jsonl GOLD.jsonl

`measures` reads what annotators write by the protocol in `data/labels/structure/README.md`: one measure a line, named
by line numbers and its first and last characters. `details` reads targets and citations, named by their text and which
occurrence of it is meant. What the output already holds of a document is replaced by its measures, while details are
added to those of other spans; all other documents stay. A line that does not fit its document stops the run with all
misfits at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT / "data/labels/structure"
_DIGIT = "[一二三四五六七八九十]"
NUMBER = re.compile(
    rf"[ \u3000]*(?:第{_DIGIT}+(?:部分)?[：:、，]?|[（(](?:{_DIGIT}+|\d+)[）)]|{_DIGIT}+[、．.是要]|\d+[.．、]|——)?"
    r"[ \u3000]*"
)
AFTER_NUMBER = " \u3000\n，、：:"
"""What may stand between a printed number and its text: annotators write `第一`, not `第一，`."""


class Document:
    """A source text and where its lines begin; lines count from 1."""

    def __init__(self, corpus: Path, name: str) -> None:
        data = (corpus / name).read_bytes()
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.text = data.decode("utf-8-sig").replace("\r\n", "\n")
        self.starts = [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line(self, number: int) -> tuple[int, int]:
        """Start and end of a line without its break."""
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.text)
        return self.starts[number - 1], end

    def title(self, number: int) -> int:
        """Where the title on a line begins, after its number."""
        found = NUMBER.match(self.text, *self.line(number))
        return found.end() if found else self.line(number)[0]


def unit(document: Document, row: dict[str, Any], floor: int, ceiling: int) -> list[Any]:
    """`[start, end, number, kind, path]` of one annotated measure; raises ValueError when it does not fit.

    `floor` is the end of the measure before; the tail is the last one before `ceiling`, the next measure's start.
    """
    first, last = document.line(row["line"]), document.line(row["end_line"])
    head = document.text.find(row["head"], max(first[0], floor), first[1])
    if head < 0:
        raise ValueError(f"line {row['line']} has no {row['head']!r} after the measure before it")
    start = head + len(row["number"])
    while row["number"] and document.text[start] in AFTER_NUMBER:
        start += 1
    tail = document.text.rfind(row["tail"], start - len(row["tail"]), min(last[1], ceiling))
    if tail < 0 or document.text[head : head + len(row["number"])] != row["number"]:
        raise ValueError(f"line {row['line']}: tail {row['tail']!r} or number {row['number']!r} does not stand there")
    path = [document.title(number) for number in row["path"]]
    return [start, tail + len(row["tail"]), row["number"], row["kind"], path]


def units(document: Document, rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Units of one document in order; raises ValueError with every misfit."""
    made: list[list[Any]] = []
    problems: list[str] = []
    for index, row in enumerate(rows):
        following = rows[index + 1] if index + 1 < len(rows) else None
        floor = made[-1][1] if made else 0
        try:
            ceiling = len(document.text)
            if following is not None and following["line"] == row["end_line"]:
                place = document.text.find(row["head"], max(floor, document.line(row["line"])[0]))
                ceiling = document.text.find(following["head"], place + 1)
            made.append(unit(document, row, floor, ceiling))
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ValueError("\n  ".join(problems))
    return made


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Put documents into a gold file, in the order of their names."""
    known = {row["doc"]: row for row in read(path)} if path.exists() else {}
    known.update({row["doc"]: row for row in rows})
    lines = (json.dumps(known[doc], ensure_ascii=False, separators=(",", ":")) for doc in sorted(known))
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def read(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def measures(corpus: Path, lines: Path, part: str) -> None:
    """Convert annotated measures."""
    by_document: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read(lines):
        by_document[row["doc"]].append(row)
    made = []
    for name, rows in by_document.items():
        document = Document(corpus, name)
        made.append({"doc": name, "sha256": document.sha256, "part": part, "units": units(document, rows)})
    write(GOLD / "measures.jsonl", made)


def nth(text: str, wanted: str, number: int, start: int, end: int) -> int:
    """Offset of the `number`-th occurrence of `wanted` in `text[start:end]`; raises ValueError if there is none."""
    place = start - 1
    for _ in range(number):
        place = text.find(wanted, place + 1, end)
        if place < 0:
            raise ValueError(f"no occurrence {number} of {wanted!r}")
    return place


def nearest(text: str, wanted: str, place: int, start: int, end: int) -> list[int] | None:
    """Span of the occurrence of `wanted` in `text[start:end]` nearest to `place`; None if it does not occur."""
    places = [match.start() for match in re.finditer(re.escape(wanted), text[start:end])] if wanted else []
    if not places:
        return None
    best = min(places, key=lambda found: abs(start + found - place))
    return [start + best, start + best + len(wanted)]


def details(corpus: Path, items: Path, gold: Path) -> None:
    """Convert annotated targets and citations; items name clean offsets, gold keeps source offsets."""
    sys.path.insert(0, str(ROOT))
    from pipeline.cleaning import clean
    from pipeline.settings import CleanParams

    labelled = {row["i"]: row for row in read(gold)}
    cleaned: dict[str, Any] = {}
    rows: dict[str, dict[str, Any]] = {}
    for item in read(items):
        document = Document(corpus, item["doc"])
        if item["doc"] not in cleaned:
            cleaned[item["doc"]] = clean(document.text, CleanParams())
        text, offsets = cleaned[item["doc"]].text, cleaned[item["doc"]].offsets
        begin, stop = item["clean_start"], item["clean_end"]
        if text[begin:stop] != item["text"]:
            raise ValueError(f"item {item['i']}: the clean text at its offsets is another now")
        found = []
        for target in labelled[item["i"]]["targets"]:
            place = nth(text, target["text"], target["nth"], begin, stop)
            noun = nearest(text, target["object"], place, begin, stop)
            found.append(
                [
                    *offsets.to_source(place, place + len(target["text"])),
                    *(target[name] for name in ("comparator", "value", "high", "unit")),
                    list(offsets.to_source(*noun)) if noun else None,
                ]
            )
        cited = []
        for citation in labelled[item["i"]]["citations"]:
            place = nth(text, citation["text"], citation["nth"], begin, stop)
            span = offsets.to_source(place, place + len(citation["text"]))
            cited.append([*span, citation["number"], citation["year"]])
        part = {"dev": "development", "test": "held_out"}.get(item["part"], item["part"])
        row = rows.setdefault(item["doc"], {"doc": item["doc"], "sha256": document.sha256, "part": part, "items": []})
        row["items"].append({"span": list(offsets.to_source(begin, stop)), "targets": found, "citations": cited})
    for known in read(GOLD / "details.jsonl"):
        if known["doc"] in rows:
            spans = [item["span"] for item in rows[known["doc"]]["items"]]
            kept = [item for item in known["items"] if item["span"] not in spans]
            rows[known["doc"]]["items"] = sorted(kept + rows[known["doc"]]["items"], key=lambda item: item["span"])
    write(GOLD / "details.jsonl", list(rows.values()))


def main() -> int:
    """Convert one annotator's file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    first = commands.add_parser("measures")
    first.add_argument("lines", type=Path)
    first.add_argument("--part", choices=("development", "held_out"), required=True)
    second = commands.add_parser("details")
    second.add_argument("items", type=Path)
    second.add_argument("gold", type=Path)
    arguments = parser.parse_args()
    try:
        if arguments.command == "measures":
            measures(arguments.corpus, arguments.lines, arguments.part)
        else:
            details(arguments.corpus, arguments.items, arguments.gold)
    except ValueError as error:
        print(f"the annotation does not fit:\n  {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
