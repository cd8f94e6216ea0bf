"""`python -m pipeline.embedding WORKSPACE`: ship the mean of a workspace's vectors with the code.

Run it on the workspace of the sample corpus when the default model, its prompt or the sample has changed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from pipeline.embedding.centring import DECIMALS, MEANS, fit_mean


def main(workspace: Path) -> None:
    """Write the mean of `features/vectors.npy` to the package, in place of the one of the same model and prompt."""
    card = json.loads((workspace / "features/vectors.json").read_text("utf-8"))
    vectors = np.load(workspace / "features/vectors.npy", allow_pickle=False)
    path = Path(__file__).with_name(MEANS)
    old = json.loads(path.read_text("utf-8")) if path.exists() else []
    same = ("model", "prompt", "dim")
    entry = {name: card[name] for name in same} | {
        "n": len(vectors),
        "source": "sample corpus",
        "mean": [round(float(value), DECIMALS) for value in fit_mean(vectors)],
    }
    kept = [other for other in old if any(other[name] != entry[name] for name in same)]
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, sort_keys=True) for item in [*kept, entry])
    path.write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
