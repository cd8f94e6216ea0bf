"""How long training and classification take once all vectors are there.

    python experiments/benchmarks/classify_speed.py [--measures 100000] [--threads 2]

Trains on `data/models/examples.parquet` (made by the train stage) as the stage does, simpler systems beside it, and
as `--set train.baselines=false` does. Then classifies that many measures: the labelled ones again and again, every one
with its own text, headings and sentences, so that nothing can be remembered from one to the next. Vectors are looked
up, not encoded: that is the embed stage's time.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from pipeline.classification.inputs import Inputs, prepare
from pipeline.classification.training import train
from pipeline.settings import Settings
from pipeline.stages.classify import read_codebook, titles_of
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.train import EXAMPLES, labels_of
from pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print both times, wall clock and processor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measures", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    settings = Settings()
    examples = pl.read_parquet(Workspace(ROOT / "data").path(EXAMPLES))
    encode, titles = CachedEncoder(settings), titles_of(examples)
    vectors = encode(examples["text"].to_list())
    known: Inputs = prepare(examples, titles, vectors, encode)
    groups = {doc: doc.split("-")[0] for doc in examples["doc_id"].unique()}
    codebook, labels = read_codebook(settings), labels_of(examples)
    for baselines in (True, False):
        params = settings.train.model_copy(update={"baselines": baselines})
        start = time.perf_counter(), time.process_time()
        trained = train(examples, titles, vectors, labels, codebook, params, settings.seed, encode, groups)
        also = "with simpler systems and learning curve" if baselines else "classifier alone"
        print(f"training on {examples.height} measures, {also}: {_since(start)}")
    rows = np.arange(asked.measures) % len(known)
    start = time.perf_counter(), time.process_time()
    with threadpool_limits(asked.threads):
        trained.classifier.answers(known.take(rows))
    n_sentences = int(known.sentences.counts[rows].sum())
    print(f"classification of {asked.measures} measures, {n_sentences} sentences: {_since(start)}")


def _since(start: tuple[float, float]) -> str:
    wall, processor = time.perf_counter() - start[0], time.process_time() - start[1]
    return f"{wall:.1f} s on the clock, {processor:.1f} s of processor time"


if __name__ == "__main__":
    main()
