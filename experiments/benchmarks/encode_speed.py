"""How fast the encoder is beside sentence-transformers' default: `python experiments/benchmarks/encode_speed.py`.

The same texts, model and machine; each way in a process of its own, one after the other, so that none has the
other's kernels. Prints one JSON object: texts a second, seconds to load, mean cosine to the default's vectors.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.embedding import load, offline
from pipeline.settings import EmbedParams

WAYS = ("sentence-transformers", "torch-fp32", "torch-bf16")
"""The default's `encode` in batches of 32 with torch fp32, and our backends."""


def texts_of(workspace: Path, n: int) -> list[str]:
    """`n` texts of a workspace's measures, evenly spaced."""
    texts = pl.read_parquet(workspace / "interim/measures.parquet")["text"]
    return texts.gather(np.linspace(0, len(texts) - 1, min(n, len(texts))).astype(int)).to_list()


def one_way(way: str, texts: list[str], cache: Path, threads: int, out: Path) -> None:
    """Encode in one way and write vectors and timings."""
    start = time.perf_counter()
    if way == "sentence-transformers":
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        folder = offline.ensure(cache).folder
        model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})

        def encode(batch: list[str]) -> np.ndarray:
            return np.asarray(model.encode(batch, prompt_name="query", show_progress_bar=False))
    else:
        encoder = load(EmbedParams.model_validate({"backend": way, "threads": threads}), cache)
        encode = encoder.encode
    encode(texts[:8])
    loaded = time.perf_counter()
    vectors = encode(texts)
    done = time.perf_counter()
    np.savez(out, vectors=vectors, load=loaded - start, encode=done - loaded, cpu=time.process_time())


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=Path("data"))
    parser.add_argument("--cache", type=Path, required=True, help="folder of the encoder's cache")
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    texts = texts_of(arguments.workspace, arguments.texts)
    if arguments.way:
        one_way(arguments.way, texts, arguments.cache, arguments.threads, arguments.out)
        return
    report: dict[str, object] = {"texts": len(texts), "mean_characters": round(float(np.mean([*map(len, texts)])), 1)}
    default = None
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            out = Path(folder) / f"{way}.npz"
            subprocess.run([sys.executable, __file__, *sys.argv[1:], "--way", way, "--out", str(out)], check=True)  # noqa: S603 - ourselves
            found = np.load(out)
            default = found if default is None else default
            report[way] = {
                "texts_a_second": round(len(texts) / float(found["encode"]), 1),
                "times_the_default": round(float(default["encode"]) / float(found["encode"]), 2),
                "load_s": round(float(found["load"]), 1),
                "mean_cosine": round(float((found["vectors"] * default["vectors"]).sum(axis=1).mean()), 6),
            }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
