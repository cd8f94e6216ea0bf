"""How fast the encoder is beside sentence-transformers' default: `python experiments/benchmarks/encode_speed.py`.

The same texts, model and machine. Each way has a process of its own, so that none has the other's kernels; they take
turns, a small share of the texts each time, so that a busy machine slows all of them alike. Prints one JSON object:
texts a second, the median over the turns of how many times the default's speed that is, in seconds that passed and in
seconds of the processor, seconds to load, and mean and least cosine to the default's vectors.

`--processor avx512-vnni`, `avx2-vnni` or `avx2` answers for machines without bf16: every process, the default's too,
then believes to run on such a processor (`older_processor.c`; needs a C compiler, Linux, an Intel processor of the last
ten years). The benchmark ends with an error where torch still sees a newer feature. What it cannot show are such a
machine's clock, caches and memory.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipeline.embedding import kernels, load, offline, runtimes
from pipeline.settings import EmbedParams

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

DEFAULT = "sentence-transformers"
WAYS = (DEFAULT, "torch-fp32", "torch-bf16", *runtimes.RUNTIMES)
"""The default's `encode` in batches of 32 with torch fp32, and our backends."""


LEFT_OUT = {
    "avx512-vnni": ("amx_bf16", "amx_int8", "amx_tile", "avx512_bf16", "avx512_fp16", "avx_vnni"),
    "avx2-vnni": ("amx_bf16", "amx_int8", "amx_tile", "avx512_bf16", "avx512_fp16", "avx512_f", "avx512_vnni"),
    "avx2": ("amx_bf16", "amx_int8", "amx_tile", "avx512_bf16", "avx512_fp16", "avx512_f", "avx512_vnni", "avx_vnni"),
}
"""Features of this machine that a process on the older processor must not see, as torch names them."""

_CHOICE = "OLDER_PROCESSOR"


def believe(processor: str, folder: Path) -> None:
    """Have processes started from now on see an older processor; the library is built in `folder`."""
    library = folder / "older_processor.so"
    source = Path(__file__).with_name("older_processor.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)  # noqa: S603, S607
    os.environ |= {_CHOICE: processor, "LD_PRELOAD": str(library)}


def features() -> list[str]:
    """Features for matrix products that this process sees; ends it where it should see fewer."""
    import torch

    processor = os.environ.get(_CHOICE)
    seen = {name for name, there in torch.cpu.get_capabilities().items() if there is True}
    kept = sorted(seen & {"avx2", *(name for names in LEFT_OUT.values() for name in names)})
    if processor and seen.intersection(LEFT_OUT[processor]):
        sys.exit(f"this process should believe in {processor}, but sees {', '.join(kept)}")
    if processor:  # ours are read from the system, not from the processor
        kernels.cpu_flags = lambda: frozenset(kept)
    return kept


def texts_of(workspace: Path, n: int) -> list[str]:
    """`n` texts of a workspace's measures, evenly spaced."""
    texts = pl.read_parquet(workspace / "interim/measures.parquet")["text"]
    return texts.gather(np.linspace(0, len(texts) - 1, min(n, len(texts))).astype(int)).to_list()


def work(way: str, cache: Path, threads: int, pipe: Connection) -> None:
    """A process that encodes what it is sent, in one way, and says how long it took."""
    start = time.perf_counter()
    if way == "torch-fp32":
        kernels.pin()  # before `features` loads torch, as the encoder would
    seen = features()
    if way == DEFAULT:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        folder = offline.ensure(cache).folder
        model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})

        def encode(batch: list[str]) -> np.ndarray:
            return np.asarray(model.encode(batch, prompt_name="query", show_progress_bar=False))
    else:
        encode = load(EmbedParams.model_validate({"backend": way, "threads": threads}), cache).encode
    encode(["推进学校建设。"])
    pipe.send((time.perf_counter() - start, seen))
    while texts := pipe.recv():
        wall, cpu = time.perf_counter(), time.process_time()
        vectors = encode(texts)
        spent = (time.perf_counter() - wall, time.process_time() - cpu)
        pipe.send((vectors, *spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def turns(ways: list[str], texts: list[str], n_turns: int, cache: Path, threads: int) -> dict[str, dict[str, Any]]:
    """Vectors and timings of every way: `wall` and `cpu` seconds (n_turns,), `load` seconds, `peak_mb`."""
    context = multiprocessing.get_context("spawn")
    pipes, found = {}, {}
    for way in ways:
        pipes[way], theirs = context.Pipe()
        context.Process(target=work, args=(way, cache, threads, theirs), daemon=True).start()
        load_s, seen = pipes[way].recv()
        found[way] = {"load": load_s, "seen": seen, "vectors": [], "wall": [], "cpu": [], "peak_mb": 0}
    for turn in range(n_turns):
        for way in ways[turn % len(ways) :] + ways[: turn % len(ways)]:
            pipes[way].send(texts[turn::n_turns])
            vectors, wall, cpu, peak = pipes[way].recv()
            found[way]["vectors"].append(vectors)
            found[way]["wall"].append(wall)
            found[way]["cpu"].append(cpu)
            found[way]["peak_mb"] = peak
    for pipe in pipes.values():
        pipe.send([])
    return found


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=Path("data"))
    parser.add_argument("--cache", type=Path, required=True, help="folder of the encoder's cache")
    parser.add_argument("--texts", type=int, default=320)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--processor", choices=list(LEFT_OUT), help="an older one that all ways shall believe in")
    arguments = parser.parse_args()
    texts = texts_of(arguments.workspace, arguments.texts)
    ways = [w for w in arguments.ways if w not in runtimes.RUNTIMES or runtimes.available(w)]
    with tempfile.TemporaryDirectory() as folder:
        if arguments.processor:
            believe(arguments.processor, Path(folder))
        found = turns(ways, texts, arguments.turns, arguments.cache, arguments.threads)
    default = {name: np.concatenate(value) if name == "vectors" else value for name, value in found[DEFAULT].items()}
    report: dict[str, Any] = {
        "texts": len(texts),
        "mean_characters": round(float(np.mean([*map(len, texts)])), 1),
        "threads": arguments.threads,
        "processor": arguments.processor or "this machine's",
        "features": {way: found[way]["seen"] for way in ways},
    }
    for way in ways:
        cosines = (np.concatenate(found[way]["vectors"]) * default["vectors"]).sum(axis=1)
        wall, cpu = (np.array(found[way][name]) for name in ("wall", "cpu"))
        report[way] = {
            "texts_a_second": round(len(texts) / float(wall.sum()), 1),
            "times_the_default": round(float(np.median(default["wall"] / wall)), 2),
            "times_the_default_in_cpu_seconds": round(float(np.median(default["cpu"] / cpu)), 2),
            "load_s": round(found[way]["load"], 1),
            "mean_cosine": round(float(cosines.mean()), 6),
            "least_cosine": round(float(cosines.min()), 6),
            "peak_mb": found[way]["peak_mb"],
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
