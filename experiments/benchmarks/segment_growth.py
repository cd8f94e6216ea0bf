"""How cutting into measures grows with length, on text made to be slow: six times the text, about six times as long.

python experiments/benchmarks/segment_growth.py
"""

from __future__ import annotations

import time

from pipeline.segmentation import segment
from pipeline.settings import SegmentParams

UNITS = {
    "a plan": "一、工作\n（一）课程\n1.开齐课程。一节不少，达到90%以上。\n落实《课程方案》，6月底前完成。\n",
    "inline items": "一是抓课堂。",
    "Chinese numerals": "十百千万",
    "digits": "123456789",
    "open title marks": "《",
    "bare numbers": "1.",
    "bracketed numbers": "（一）",
    "short lines": "甲\n",
    "table rows": "序号\t任务\t责任单位\n1\t修路\t局\n",
}
SMALL, LARGE = 5_000, 30_000


def seconds(text: str) -> float:
    """Time to cut a text, best of three."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        segment(text, title="", doc_type="plan", plan_year=None, damaged=[], params=SegmentParams())
        best = min(best, time.perf_counter() - started)
    return best


def main() -> None:
    """Print a row a kind of text."""
    print(f"| text | {SMALL} characters, ms | {LARGE} characters, ms | ratio |\n|---|---|---|---|")
    for name, unit in UNITS.items():
        small, large = (seconds(unit * (size // len(unit))) for size in (SMALL, LARGE))
        print(f"| {name} | {small * 1e3:.1f} | {large * 1e3:.1f} | {large / small:.1f} |")


if __name__ == "__main__":
    main()
