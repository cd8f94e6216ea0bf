"""How reading, cleaning and cutting grow from 1 to 1,000 documents, and their speed beside OpenCC's own conversion.

    python experiments/benchmarks/ingest_growth.py [--corpus data/sample] [--out experiments/results/ingest_growth.md]

Documents beyond those of the corpus are its documents again, each with a line of its own so that none is a duplicate.
Word lists are loaded before the first row is timed; how long that takes is a line of its own. OpenCC (`tw2s`, the
converter cleaning uses) gets the same source texts in the same run: times are processor time, and only their ratios
mean something on a shared machine.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from pipeline import wordcut
from pipeline.cleaning import clean
from pipeline.cleaning.script import converter
from pipeline.settings import Settings
from pipeline.stages.corpus import find
from pipeline.stages.ingest import ingest
from pipeline.stages.segment import segment_documents

ROOT = Path(__file__).resolve().parents[2]
SIZES = (1, 10, 100, 1000)
MEBI = 2**20


def texts(corpus: Path) -> list[str]:
    """Source texts of a corpus, as their readers extracted them."""
    return ingest(find([corpus]), Settings()).documents["source_text"].to_list()


def written(sources: list[str], count: int, folder: Path) -> Path:
    """A folder of `count` different documents."""
    folder.mkdir()
    for number in range(count):
        text = f"{sources[number % len(sources)]}\n（第{number}份）"
        (folder / f"{number:04}.txt").write_text(text, "utf-8")
    return folder


def loading() -> float:
    """Seconds of loading the word lists, which the first document of a process waits for."""
    started = time.process_time()
    wordcut.tokenizer()
    wordcut.verbs()
    return time.process_time() - started


def growth(sources: list[str]) -> list[str]:
    """A row of the table for each number of documents."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for count in SIZES:
            listing = find([written(sources, count, Path(place) / str(count))])
            started = time.process_time()
            documents = ingest(listing, Settings()).documents
            read = time.process_time()
            measures, _ = segment_documents(documents, Settings())
            done = time.process_time()
            characters = int(documents["source_text"].str.len_chars().sum())
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // MEBI
            cells = (
                f"{count:,}",
                f"{characters:,}",
                f"{measures.height:,}",
                f"{read - started:.2f}",
                f"{done - read:.2f}",
                f"{1e6 * (done - started) / characters:.1f}",
                f"{peak:,}",
            )
            rows.append(f"| {' | '.join(cells)} |")
    return rows


def beside_opencc(sources: list[str]) -> list[str]:
    """Rows: our cleaning and OpenCC's conversion of the same texts, best of three, with and without damaged ones."""
    cleaned = [clean(text, Settings().clean) for text in sources]
    whole = [text for text, made in zip(sources, cleaned, strict=True) if not made.n_repaired + made.n_damaged]
    hans = [text for text, made in zip(sources, cleaned, strict=True) if made.script == "hans" and text in whole]
    return [_row("all", sources), _row("undamaged", whole), _row("undamaged, simplified", hans)]


def _row(name: str, sources: list[str]) -> str:
    opencc = converter("tw2s")

    def seconds(work: object) -> float:
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            for text in sources:
                work(text)  # type: ignore[operator]
            best = min(best, time.process_time() - started)
        return best

    theirs = seconds(opencc.convert)
    ours = seconds(lambda text: clean(text, Settings().clean))
    characters = sum(map(len, sources))
    return f"| {name} | {len(sources)} | {characters:,} | {theirs:.4f} | {ours:.4f} | {ours / theirs:.1f} |"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=ROOT / "data/sample")
    parser.add_argument("--out", type=Path, default=ROOT / "experiments/results/ingest_growth.md")
    arguments = parser.parse_args()
    load_s = loading()
    sources = texts(arguments.corpus)
    lines = [
        "# Growth from 1 to 1,000 documents",
        "",
        f"`python experiments/benchmarks/ingest_growth.py`, corpus `{arguments.corpus.name}`. Processor time.",
        "",
        "| documents | | characters | OpenCC, s | cleaning, s | times |",
        "|---|---|---|---|---|---|",
        *beside_opencc(sources),
        "",
        f"Loading the word lists, once a process: {load_s:.2f} s.",
        "",
        "| documents | characters | measures | read and clean, s | cut, s | µs a character | peak memory, MiB |",
        "|---|---|---|---|---|---|---|",
        *growth(sources),
    ]
    text = "\n".join(lines) + "\n"
    arguments.out.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
