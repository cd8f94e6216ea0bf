"""Broken files through the whole path of a user's file: read, clean, describe, cut into measures, check the tables.

    nice -n 15 python experiments/fuzz.py --count 100000 --seed 1
    python experiments/fuzz.py --seed 1 --only 1234,5678          # replay single cases

Case `n` of a seed is the same bytes everywhere (`tests/support/mutants.py`). One worker takes the cases in turn:

- time: 10 s of processor time a file, whole archives included; the kernel ends the worker (SIGPROF), so that C code
  cannot escape. Processor time and not the clock, because the machine is shared; a file that waits without computing
  is ended after a minute by the clock.
- memory: the peak of the worker's resident memory during the file (`VmHWM`, reset before each), with interpreter and
  libraries (170 MB), must stay below 1 GB. Address space is capped at 6 GB, only to protect the machine: libraries map
  far more than they touch.
- result: tables without a violation, or at least one reason for every file; nothing may raise, and no reader may end in
  the catch-all "a library failed on it".

Findings are listed with their case number; the summary goes to `experiments/results/fuzz.md`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

SECONDS = 10.0
CLOCK = 60.0
MEBI = 2**20
RESIDENT = 1024 * MEBI
ADDRESS_SPACE = 6 * 1024 * MEBI


@dataclass(frozen=True)
class Outcome:
    """What became of one case; `fault` is empty when all is well."""

    number: int
    name: str
    n_documents: int
    n_measures: int
    reasons: tuple[str, ...]
    fault: str = ""
    seconds: float = 0.0
    peak: int = 0


@dataclass
class Summary:
    """Counts over a run, the dearest cases, and all findings."""

    seed: int
    cases: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    measures: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: Outcome | None = None
    largest: Outcome | None = None
    findings: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one case."""
        kind = _kind(outcome.name)
        self.cases[kind] += 1
        self.documents[kind] += outcome.n_documents
        self.measures[kind] += outcome.n_measures
        self.reasons.update((kind, reason) for reason in outcome.reasons)
        if self.slowest is None or outcome.seconds > self.slowest.seconds:
            self.slowest = outcome
        if self.largest is None or outcome.peak > self.largest.peak:
            self.largest = outcome
        if outcome.fault:
            self.findings.append(outcome)


def _kind(name: str) -> str:
    return name.rpartition("." if "." in name else "-")[2]


def examine(number: int, name: str, data: bytes, scratch: Path) -> Outcome:
    """One file through the path of `jucuo run` up to its tables, with everything that contradicts what it promises."""
    from pipeline.settings import Settings
    from pipeline.stages.corpus import CorpusFile, CorpusListing
    from pipeline.stages.ingest import ingest
    from pipeline.stages.segment import segment_documents

    scratch.write_bytes(data)
    read = ingest(CorpusListing([CorpusFile(scratch, name)]), Settings())
    measures = segment_documents(read.documents, Settings())[0].to_dicts()
    faults: list[str] = []
    for document in read.documents.iter_rows(named=True):
        faults += contradictions(document, [row for row in measures if row["doc_id"] == document["doc_id"]])
    faults += [f"refused without a reason: {row}" for row in read.rejected if not (row["reason"] and row["detail"])]
    faults += [row["detail"] for row in read.rejected if "a library failed" in row["detail"]]
    if not read.rejected and read.documents.is_empty():
        faults.append("neither a document nor a reason")
    reasons = tuple(row["reason"] for row in read.rejected)
    return Outcome(number, name, read.documents.height, len(measures), reasons, "; ".join(faults)[:500])


def contradictions(document: dict[str, Any], measures: list[dict[str, Any]]) -> list[str]:
    """What the validate stage would find in the rows of one document, without its joins (5 ms a file)."""
    from pipeline.stages.segment import offset_map

    offsets, found, reached = offset_map(document), [], 0
    for row in measures:
        if document["text"][row["start"] : row["end"]] != row["text"] or row["start"] < reached:
            found.append(f"{row['measure_id']} is not where it says")
        back = offsets.to_clean(row["source_start"], row["source_end"])
        if (back.start, back.end) != (row["start"], row["end"]):
            found.append(f"{row['measure_id']} does not map back")
        reached = row["end"]
    if len({row["measure_id"] for row in measures}) < len(measures):
        found.append("two measures have one id")
    return found


def _peak() -> int:
    """Peak of this process's resident memory in bytes since `_reset_peak`."""
    status = Path("/proc/self/status").read_text("ascii")
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def _measured(seed: int, number: int, scratch: Path) -> Outcome:
    from mutants import mutant

    name, data = mutant(seed, number)
    _reset_peak()
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        outcome = examine(number, name, data, scratch)
    except Exception:  # noqa: BLE001 - what is raised is what we are looking for
        fault = traceback.format_exc().strip()
        outcome = Outcome(number, name, 0, 0, (), f"{fault.splitlines()[-1]} | {fault[-300:-100]}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    peak = _peak()
    fault = outcome.fault or (f"memory: {peak // MEBI} MiB" if peak > RESIDENT else "")
    return Outcome(
        number,
        name,
        outcome.n_documents,
        outcome.n_measures,
        outcome.reasons,
        fault,
        time.process_time() - started,
        peak,
    )


def _work(seed: int, numbers: Sequence[int], out: Connection) -> None:
    """Worker: send the outcome of each case; the parent knows from the gap which case ended the process."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "case"
        examine(-1, "warm.html", "<html><body><p>一、工作</p><p>1.开齐课程。</p></body></html>".encode(), scratch)
        for number in numbers:
            out.send(_measured(seed, number, scratch))


def outcomes(seed: int, numbers: Sequence[int]) -> Iterator[Outcome]:
    """The outcome of every case, in order; a worker that dies or waits is replaced and its case is a finding."""
    from mutants import mutant

    context = multiprocessing.get_context("spawn")
    done = 0
    while done < len(numbers):
        inward, outward = context.Pipe(duplex=False)
        worker = context.Process(target=_work, args=(seed, numbers[done:], outward), daemon=True)
        worker.start()
        outward.close()
        try:
            while done < len(numbers) and inward.poll(CLOCK):
                yield inward.recv()
                done += 1
        except EOFError:
            pass
        if done < len(numbers):
            ended = _ending(worker)
            number = numbers[done]
            yield Outcome(number, mutant(seed, number)[0], 0, 0, (), ended, SECONDS)
            done += 1
        worker.kill()
        worker.join()


def _ending(worker: multiprocessing.process.BaseProcess) -> str:
    worker.join(1)
    if worker.exitcode is None:
        return f"hang: no answer within {CLOCK:g} s of the clock"
    if worker.exitcode == -signal.SIGPROF:
        return f"hang: more than {SECONDS:g} s of processor time"
    return f"crash: the process ended with {worker.exitcode}"


def table(summary: Summary) -> str:
    """The result as Markdown."""
    command = f"python experiments/fuzz.py --count {sum(summary.cases.values())} --seed {summary.seed}"
    lines = [
        "# Fuzz run",
        "",
        f"`{command}`; what a case is, and how time and memory are limited, stands in the script.",
        "",
        "| kind | files | documents read | measures | refused or set aside, by reason |",
        "|---|---|---|---|---|",
    ]
    for kind in sorted(summary.cases):
        reasons = sorted((reason, n) for (of, reason), n in summary.reasons.items() if of == kind)
        listed = ", ".join(f"{reason} {n}" for reason, n in reasons)
        numbers = (summary.cases[kind], summary.documents[kind], summary.measures[kind])
        lines.append(f"| {kind} | {' | '.join(f'{n:,}' for n in numbers)} | {listed} |")
    if summary.slowest and summary.largest:
        slow, large = summary.slowest, summary.largest
        time_ = f"{slow.seconds:.1f} s of processor time (case {slow.number}, {_kind(slow.name)})"
        memory = f"{large.peak // MEBI} MiB resident (case {large.number}, {_kind(large.name)})"
        lines += ["", f"Most time: {time_}; most memory: {memory}, interpreter and libraries included."]
    lines += ["", f"Findings: {len(summary.findings) or 'none'}."]
    lines += [f"- case {finding.number} (`{finding.name}`): {finding.fault}" for finding in summary.findings]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the cases, write the summary, exit 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="case numbers, by comma; nothing is written")
    parser.add_argument("--out", type=Path, default=ROOT / "experiments/results/fuzz.md")
    arguments = parser.parse_args()
    chosen = [int(number) for number in arguments.only.split(",") if number]
    summary = Summary(arguments.seed)
    for outcome in outcomes(arguments.seed, chosen or range(1, arguments.count + 1)):
        summary.add(outcome)
        if outcome.fault or chosen:
            print(outcome, flush=True)
        if not chosen and sum(summary.cases.values()) % 1000 == 0:
            print(f"{sum(summary.cases.values())} files, {len(summary.findings)} findings", file=sys.stderr, flush=True)
            arguments.out.write_text(table(summary), "utf-8")  # a run that is cut off leaves what it did
    if not chosen:
        arguments.out.write_text(table(summary), "utf-8")
    return 1 if summary.findings else 0


if __name__ == "__main__":
    sys.exit(main())
