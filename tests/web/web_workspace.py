"""A small workspace with every table, built without the pipe: three bureaus, two years, our own sentences."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipeline import schemas
from pipeline.cleaning.offsets import OffsetMap
from pipeline.workspace import Workspace

SCRIPT = "<script>alert(1)</script>"
CHROME_BEFORE = "首页 > 政务公开 > 文件\n"
CHROME_AFTER = "\n版权所有 技术支持"

SHARED = "建立教师梯队培养机制，每年评选骨干教师二十名，并安排他们到薄弱学校结对帮扶"
PLANS: list[dict[str, Any]] = [
    {
        "doc": "qinghe-2023-aaaaaa",
        "issuer": "青禾市教育局",
        "province": "临江省",
        "city": "青禾市",
        "year": 2023,
        "parts": {
            "一、队伍建设": [
                f"壮大骨干教师队伍。{SHARED}。",
                "严明师德纪律。开展师德承诺，对有偿补课零容忍，落实《新时代教师职业行为准则》。",
            ],
            "二、安全与保障": [
                "守牢校园安全底线。每月排查一次隐患，配齐专职保安120名，开展消防演练不少于2次。",
                "改善办学条件。投入资金3000万元，改造宿舍8栋，新建食堂4座。",
            ],
        },
    },
    {
        "doc": "qinghe-2024-bbbbbb",
        "issuer": "青禾市教育局",
        "province": "临江省",
        "city": "青禾市",
        "year": 2024,
        "parts": {
            "一、队伍建设": [
                f"壮大骨干教师队伍。{SHARED.replace('二十', '三十')}。",
                f"推进县管校聘。完善教师交流轮岗办法，{SCRIPT}年内轮岗教师达到10%。",
            ],
            "二、教学质量": [
                "向课堂要质量。落实“双减”要求，优化作业设计，课后服务实现全覆盖。",
                "=1+2 表彰先进典型。宣传身边的好老师，讲好教育故事。",
            ],
        },
    },
    {
        "doc": "baishan-2024-cccccc",
        "issuer": "白杉县教育局",
        "province": "临江省",
        "city": "青禾市",
        "year": 2024,
        "parts": {
            "一、重点工作": [
                f"培养骨干教师。{SHARED}，带动乡村教学点。",
                "办好家门口的幼儿园。新增公办学位900个，规范民办幼儿园收费。",
                "守牢校园安全底线。每季度排查一次隐患，开展消防演练不少于1次。",
                "推进智慧校园。建成同步课堂30间，Wi-Fi覆盖全部教学点。",
            ],
        },
    },
    {
        "doc": "yunlu-2023-dddddd",
        "issuer": None,
        "province": "云陆省",
        "city": None,
        "year": None,
        "parts": {"一、工作安排": ["做好学生资助。发放助学金，一个孩子也不落下。", "加强家校协同。开办家长学校。"]},
    },
]
EXTRA: dict[str, Any] = {
    "doc": "songxi-2024-eeeeee",
    "issuer": "松溪区教育局",
    "province": "云陆省",
    "city": "云陆市",
    "year": 2024,
    "parts": {
        "一、育人": [
            "上好思政课。请老支书讲村史。",
            "开齐体育课。每天一节，冬天加跑操。",
            "办好艺术节。人人唱，校校有合唱队。",
            "种好责任田。每班一块地。",
            "守护心理健康。配备心理教师。",
            "防控近视。每学期查一次视力。",
            "读书进班。图书角天天开。",
            "练好一手字。每周两节书法课。",
        ],
        "二、办学": [
            "增加公办园学位。新建两所。",
            "帮扶特殊学生。送教上门不断线。",
            "扩大职校招生。与三家企业合办班。",
            "规范培训机构。一家一档。",
            "公开招生政策。阳光分班。",
            "做好督导。一校一策。",
            "推普进乡村。老少一起学。",
            "建好老年大学。开课十门。",
        ],
    },
}
"""Sixteen more measures, for tests that review twenty."""

CATEGORIES = {
    "骨干教师": [("teacher_workforce", 0.93, True)],
    "师德": [("teacher_ethics", 0.88, True), ("teacher_workforce", 0.22, False)],
    "安全": [("safety_stability", 0.97, True)],
    "办学条件": [("finance_facilities", 0.9, True)],
    "县管校聘": [("personnel_governance", 0.55, True), ("teacher_workforce", 0.48, False)],
    "课堂": [("teaching_quality", 0.95, True)],
    "幼儿园": [("preschool", 0.9, True), ("private_training", 0.3, False)],
    "智慧校园": [("digital_education", 0.91, True)],
    "学生资助": [("student_aid", 0.9, True)],
    "典型": [("publicity", 0.6, True), ("teacher_workforce", 0.4, False)],
}


def _clean(plan: dict[str, Any]) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """Clean text, measure rows without source offsets, headings."""
    name = plan["issuer"] or "云陆"
    text = f"{name}{plan['year'] or ''}年工作要点\n"
    rows, headings, ordinal = [], [], 0
    for part, (heading, measures) in enumerate(plan["parts"].items(), 1):
        number, title = heading.split("、")
        start = len(text) + len(number) + 1
        headings.append(
            {"title": title, "number": f"{number}、", "level": 1, "start": start, "end": start + len(title)}
        )
        text += f"{heading}\n"
        for body in measures:
            ordinal += 1
            text += f"{ordinal}. "
            start = len(text)
            rows.append(
                {
                    "measure_id": f"{plan['doc']}/{part}.{ordinal}",
                    "doc_id": plan["doc"],
                    "ordinal": ordinal,
                    "number": f"{ordinal}.",
                    "heading_path": [title],
                    "headline": body.partition("。")[0],
                    "text": body,
                    "start": start,
                    "end": start + len(body),
                    "kind": "plan",
                    "n_chars": len(body),
                    "targets": _found(body, start, ["120名", "不少于2次", "10%"]),
                    "citations": _cited(body, start),
                    "flags": [],
                }
            )
            text += f"{body}\n"
    return text, rows, headings


def _found(body: str, start: int, texts: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "text": t,
            "quantity": "",
            "unit": "",
            "comparator": "=",
            "value": 6_130_000_000_000.5,
            "start": start + body.index(t),
            "end": start + body.index(t) + len(t),
        }
        for t in texts
        if t in body
    ]


def _cited(body: str, start: int) -> list[dict[str, Any]]:
    if "《" not in body:
        return []
    left, right = body.index("《"), body.index("》")
    return [
        {"title": body[left + 1 : right], "issuer": None, "year": None, "start": start + left, "end": start + right + 1}
    ]


def _document(plan: dict[str, Any], text: str) -> dict[str, Any]:
    """The document's row: chrome around the text, and every 学 traditional in the source."""
    source = CHROME_BEFORE + text.replace("学", "學") + CHROME_AFTER
    lead = len(CHROME_BEFORE)
    offsets = OffsetMap.from_runs([(0, lead, len(text)), (len(text), len(source), 0)])
    changes = [
        {"rule": "chrome", "source_start": 0, "source_end": lead, "before": CHROME_BEFORE, "after": ""},
        *(
            {"rule": "script", "source_start": lead + i, "source_end": lead + i + 1, "before": "學", "after": "学"}
            for i, character in enumerate(text)
            if character == "学"
        ),
        {
            "rule": "chrome",
            "source_start": lead + len(text),
            "source_end": len(source),
            "before": CHROME_AFTER,
            "after": "",
        },
    ]
    evidence = {"issuer": {"rule": "title", "quote": text[:6], "start": 0, "end": 6}}
    return {
        "doc_id": plan["doc"],
        "source_path": f"{plan['doc']}.txt",
        "sha256": hashlib.sha256(source.encode()).hexdigest(),
        "encoding": "utf-8",
        "media_type": "text/plain",
        "source_text": source,
        "text": text,
        "title": text.partition("\n")[0],
        "issuer": plan["issuer"],
        "joint_issuers": [plan["issuer"]] if plan["issuer"] else [],
        "province": plan["province"],
        "city": plan["city"],
        "county": None,
        "level": "city" if plan["city"] else None,
        "doc_type": "work_points",
        "plan_year": plan["year"],
        "published": date(plan["year"], 3, 1) if plan["year"] else None,
        "posted": None,
        "script": "hant",
        "n_removed_chars": lead + len(CHROME_AFTER),
        "n_repaired": 0,
        "n_damaged": 0,
        "evidence": json.dumps(evidence, ensure_ascii=False),
        "map_clean": offsets.clean.tolist(),
        "map_source": offsets.source.tolist(),
        "map_length": offsets.length.tolist(),
        "damaged": [],
        "changes": changes,
    }


def _assignments(measures: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for name, text in measures.select("measure_id", "text").iter_rows():
        found = next((labels for cue, labels in CATEGORIES.items() if cue in text), [])
        for rank, (category, probability, assigned) in enumerate(found, 1):
            rows.append(
                {
                    "measure_id": name,
                    "category": category,
                    "probability": probability,
                    "assigned": assigned,
                    "primary": rank == 1,
                    "rank": rank,
                    "source": "model",
                    "model_digest": "digest-one",
                    "codebook": "education-zh-1.0",
                }
            )
    return _filled(rows, schemas.ASSIGNMENTS)


def _passages(measures: pl.DataFrame) -> pl.DataFrame:
    """One passage for every two of the measures that share SHARED's last clause."""
    clause = SHARED.split("，")[2]
    having = [row for row in measures.iter_rows(named=True) if clause in row["text"]]
    rows = []
    for i, a in enumerate(having):
        for b in having[i + 1 :]:
            spans = {}
            for side, row in (("a", a), ("b", b)):
                start = row["start"] + row["text"].index(clause)
                lead = len(CHROME_BEFORE)
                spans |= {f"{side}_start": start, f"{side}_end": start + len(clause)}
                spans |= {f"{side}_source_start": start + lead, f"{side}_source_end": start + lead + len(clause)}
            rows.append(
                {
                    "passage_id": f"p-{a['ordinal']}-{a['doc_id']}-{b['doc_id']}",
                    "a_doc": a["doc_id"],
                    "b_doc": b["doc_id"],
                    "a_measure": a["measure_id"],
                    "b_measure": b["measure_id"],
                    **spans,
                    "n_chars": len(clause),
                    "identity": 1.0,
                    "information": 30.0,
                    "origin": "horizontal",
                    "direction": "a_first",
                }
            )
    return _filled(rows, schemas.PASSAGES)


def _families(measures: pl.DataFrame) -> pl.DataFrame:
    having = measures.filter(pl.col("text").str.contains(SHARED[-12:], literal=True))
    head = {
        "family_id": "fam-1",
        "n_members": having.height,
        "n_issuers": 2,
        "first_year": 2023,
        "first_issuer": "青禾市教育局",
    }
    rows = [
        {
            **head,
            "measure_id": name,
            "is_medoid": i == 0,
            "similarity": 1.0 if i == 0 else 0.9,
            "relation": "identical" if i == 0 else "near",
        }
        for i, name in enumerate(having["measure_id"])
    ]
    return _filled(rows, schemas.FAMILIES)


def _pairs(measures: pl.DataFrame) -> pl.DataFrame:
    ids = measures.filter(pl.col("text").str.contains(SHARED[-12:], literal=True))["measure_id"].to_list()
    near = {
        "a": ids[0],
        "b": ids[1],
        "relation": "near",
        "edit_similarity": 0.9,
        "containment_a": 0.9,
        "containment_b": 0.9,
    }
    within = {
        "a": ids[0],
        "b": ids[2],
        "relation": "contained",
        "edit_similarity": 0.85,
        "containment_a": 1.0,
        "containment_b": 0.8,
    }
    return _filled([near, within], schemas.REUSE_PAIRS)


def vectors(texts: list[str]) -> np.ndarray:
    """Character pairs hashed into 64 numbers: close texts get close vectors, without a model."""
    found = np.zeros((len(texts), 64), dtype=np.float32)
    for row, text in enumerate(texts):
        for a, b in pairwise(text):
            found[row, int(hashlib.md5((a + b).encode()).hexdigest()[:8], 16) % 64] += 1.0  # noqa: S324
    return (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def _filled(rows: list[dict[str, Any]], table: schemas.Table) -> pl.DataFrame:
    """A frame of `rows`; columns this file does not care about get an empty value of their type."""
    empty: dict[Any, Any] = {pl.String: "", pl.Int64: 0, pl.Float64: 0.0, pl.Boolean: False}
    defaults = {
        name: None if column.nullable else column.one_of[0] if column.one_of else empty.get(column.dtype, [])
        for name, column in table.columns.items()
    }
    return pl.DataFrame([defaults | row for row in rows], schema=table.schema)


def make(root: Path, *, more: bool = False) -> Workspace:
    """Write every table below `root`; `more` adds EXTRA."""
    workspace = Workspace(root)
    documents, rows, outlines = [], [], []
    for plan in [*PLANS, *([EXTRA] if more else [])]:
        text, measures, headings = _clean(plan)
        lead = len(CHROME_BEFORE)
        rows += [m | {"source_start": m["start"] + lead, "source_end": m["end"] + lead} for m in measures]
        documents.append(_document(plan, text))
        outlines.append(
            {
                "doc_id": plan["doc"],
                "source_path": f"{plan['doc']}.txt",
                "n_measures": len(measures),
                "headings": headings,
                "skipped": [],
            }
        )
    table = _filled(rows, schemas.MEASURES)
    workspace.write("documents", _filled(documents, schemas.DOCUMENTS))
    workspace.write("measures", table)
    for name, frame in (
        ("assignments", _assignments(table)),
        ("reuse_pairs", _pairs(table)),
        ("passages", _passages(table)),
        ("families", _families(table)),
    ):
        workspace.write(name, frame)
    workspace.write_jsonl("interim/outlines.jsonl", outlines)
    workspace.write_jsonl(
        "interim/rejected.jsonl", [{"path": "empty.txt", "reason": "empty", "detail": "the file is empty"}]
    )
    workspace.write_array("features/vectors.npy", vectors(table["text"].to_list()))
    workspace.write_array("features/search/headlines.npy", vectors(table["headline"].to_list()))
    workspace.write_json(
        "features/vectors.json",
        {"model": "hashed-pairs", "digest": "d0", "centring": {"mean": [0.0] * 64, "n": 1, "source": "test"}},
    )
    return workspace


def plan_files(folder: Path, *, more: bool = False) -> Path:
    """The same plans as text files, for tests that run the pipe itself."""
    folder.mkdir(parents=True, exist_ok=True)
    for plan in [*PLANS, *([EXTRA] if more else [])]:
        (folder / f"{plan['doc']}.txt").write_text(_clean(plan)[0], "utf-8")
    return folder
