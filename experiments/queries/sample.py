"""Make the judged query set: `python experiments/queries/sample.py --workspace W --out data/labels/queries`.

Measure queries are sampled (fixed seed) from the plans of the five bureaus, in turn over the categories, and from the
provinces' reports, in turn over policy fields; topics and questions come from `own_words.yaml`. A third of each kind is
held back. Nothing here looks at what any system finds.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from pipeline.workspace import Workspace

SEED = 20261122
REPORTS = "reports"
N_PLANS, N_REPORTS = 33, 33
LENGTH = (60, 600)
"""Characters of a measure that is asked by: a line says too little, a page says too much."""

FIELDS = {
    "schools": "教育|学校",
    "health": "医疗|健康|卫生|医药",
    "work": "就业|劳动者|创业",
    "welfare": "社会保障|养老|一老一小|社保|救助|民生",
    "people": "民族|退役|国防|双拥|儿童",
    "culture": "文化|体育|文旅|旅游",
    "science": "科技|创新|人才",
    "industry": "产业|制造|工业|服务业|园区",
    "digital": "数字|智能|数据|人工智能",
    "farming": "农业|乡村|三农|粮食|农民",
    "regions": "区域|城镇|县域|城市",
    "works": "交通|基础设施|水利|投资|项目",
    "energy": "能源|低碳|碳达峰|绿色",
    "nature": "生态|污染|环境|蓝天",
    "trade": "开放|外贸|消费|市场|物流",
    "reform": "改革|营商|民营|国有|企业",
    "finance": "金融|财政|债务",
    "safety": "安全|风险|治理|稳定",
    "government": "政府|行政|廉|作风|政务",
}
"""Policy fields of government reports by words of the headline; the first that fits holds."""


def _in_turn(groups: dict[str, list[str]], n: int, used: Counter[str]) -> list[str]:
    """`n` ids, each from the group that was used least so far; ties by the groups' order."""
    queues = {name: list(ids) for name, ids in groups.items()}
    found: list[str] = []
    while len(found) < n and any(queues.values()):
        name = min((name for name, queue in queues.items() if queue), key=lambda name: used[name])
        used[name] += 1
        found.append(queues[name].pop(0))
    return found


def _groups(workspace: Workspace, measures: pl.DataFrame) -> dict[str, dict[str, list[str]]]:
    """Document (or `reports` for all of the provinces) -> category or field -> ids, in the order of `measures`."""
    primary = dict(workspace.read("assignments").filter("primary").select("measure_id", "category").iter_rows())
    found: dict[str, dict[str, list[str]]] = {}
    for row in measures.iter_rows(named=True):
        folder, name = row["source_path"].split("/", 1)
        if folder == "seeds":
            group = primary.get(row["measure_id"], "none")
        elif folder == "provinces" and row["kind"] == "plan":
            name, group = (
                REPORTS,
                next((f for f, words in FIELDS.items() if re.search(words, row["headline"])), "other"),
            )
        else:
            continue
        found.setdefault(name, {}).setdefault(group, []).append(row["measure_id"])
    return found


def sampled(workspace: Workspace, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Measures to ask by: id and place in the source, and which part they were drawn from."""
    documents = workspace.read("documents").select("doc_id", "source_path")
    measures = workspace.read("measures").join(documents, "doc_id", maintain_order="left")
    measures = measures.filter(pl.col("kind") != "principle", pl.col("n_chars").is_between(*LENGTH)).sort("measure_id")
    measures = measures[rng.permutation(len(measures))]
    groups = _groups(workspace, measures)
    plans = {name: found for name, found in sorted(groups.items()) if name != REPORTS}
    sizes = {name: sum(map(len, found.values())) for name, found in plans.items()}
    used: Counter[str] = Counter()
    ids = []
    for name, found in plans.items():
        ids += _in_turn(found, max(4, round(N_PLANS * sizes[name] / sum(sizes.values()))), used)
    ids += _in_turn(groups[REPORTS], N_REPORTS, Counter())
    place = {row["measure_id"]: row for row in measures.iter_rows(named=True)}
    return [
        {
            "kind": "measure",
            "measure_id": measure_id,
            "source_path": place[measure_id]["source_path"],
            "source_start": place[measure_id]["source_start"],
            "source_end": place[measure_id]["source_end"],
        }
        for measure_id in ids
    ]


def written(path: Path) -> list[dict[str, Any]]:
    """Queries in our own words."""
    own = yaml.safe_load(path.read_text("utf-8"))
    return [{"kind": kind, "text": text} for kind in ("topic", "question") for text in own[f"{kind}s"]]


def numbered(queries: list[dict[str, Any]], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Queries with ids (`measure-01`) and a third of each kind held back."""
    found = []
    for kind in dict.fromkeys(query["kind"] for query in queries):
        some = [query for query in queries if query["kind"] == kind]
        held = set(rng.permutation(len(some))[: round(len(some) / 3)].tolist())
        found += [
            {"q": f"{kind}-{i + 1:02d}", "split": "held-back" if i in held else "dev"} | query
            for i, query in enumerate(some)
        ]
    return found


def main() -> None:
    """Write `queries.jsonl`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("data/labels/queries"))
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    own = written(Path(__file__).with_name("own_words.yaml"))
    queries = numbered([*sampled(Workspace(arguments.workspace), rng), *own], rng)
    arguments.out.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(query, ensure_ascii=False) for query in queries]
    (arguments.out / "queries.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
