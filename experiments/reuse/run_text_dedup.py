"""text-dedup's own MinHash command on a file of texts; prints the cluster of each row as JSON.

Runs in an environment of its own (`pip install text-dedup`), since it holds rich and urllib3 back.

    python run_text_dedup.py TEXTS.jsonl NGRAM THRESHOLD
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from text_dedup import minhash


def main() -> None:
    """Run the command, then ask its union-find."""
    source, ngram, threshold = sys.argv[1:]
    rows = len(Path(source).read_text("utf-8").splitlines())
    options = {
        "--path": "json",
        "--data_files": source,
        "--split": "train",
        "--column": "text",
        "--output": "kept",
        "--cache_dir": "cache",
        "--ngram": ngram,
        "--threshold": threshold,
        "--num_proc": "1",
        "--batch_size": "10000",
    }
    minhash.main([part for option in options.items() for part in option], standalone_mode=False)
    print(json.dumps([int(minhash.uf.find(row)) for row in range(rows)]))


if __name__ == "__main__":
    main()
