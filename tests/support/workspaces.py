"""A small valid workspace written row by row, for tests of what comes after the pipe."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.cleaning import OffsetMap
from pipeline.schemas import TABLES
from pipeline.workspace import Workspace

TEXTS = {
    "liuwan-2023-aaaaaa": (
        "柳湾市教育局",
        2023,
        "扩大普惠园供给。新建公办幼儿园6所，普惠率达90%以上。",
        "加强宣传工作。办好教育公众号，讲好柳湾故事。",
    ),
    "qiaoxi-2024-bbbbbb": (
        "桥西区教育局",
        2024,
        "扩大普惠园供给。新建公办幼儿园9所，普惠率达92%以上。",
        "建设平安校园。每季度开展一次应急演练。",
    ),
}


def _document(doc_id: str) -> dict[str, Any]:
    issuer, year, first, second = TEXTS[doc_id]
    text = f"{issuer}{year}年工作要点\n一、学前教育\n1.{first}\n二、其他\n2.{second}"
    offsets = OffsetMap.identity(len(text))
    return {
        "doc_id": doc_id,
        "source_path": f"{doc_id}.txt",
        "sha256": doc_id[-6:] * 10 + "abcd",
        "encoding": "utf-8",
        "media_type": "text/plain",
        "source_text": text,
        "text": text,
        "title": f"{issuer}{year}年工作要点",
        "issuer": issuer,
        "joint_issuers": [issuer],
        "province": "云川省",
        "city": "柳湾市",
        "county": "桥西区" if "桥西" in issuer else None,
        "level": "county" if "桥西" in issuer else "city",
        "doc_type": "work_points",
        "plan_year": year,
        "published": date(year, 3, 1),
        "posted": None,
        "script": "hans",
        "n_removed_chars": 0,
        "n_repaired": 0,
        "n_damaged": 0,
        "evidence": "{}",
        **{f"map_{part}": getattr(offsets, part).tolist() for part in ("clean", "source", "length")},
        "damaged": [],
        "changes": [],
    }


def _measure(document: dict[str, Any], ordinal: int, text: str, heading: str) -> dict[str, Any]:
    start = document["text"].index(text)
    end = start + len(text)
    return {
        "measure_id": f"{document['doc_id']}/{ordinal}.{ordinal}",
        "doc_id": document["doc_id"],
        "ordinal": ordinal,
        "number": f"{ordinal}.",
        "heading_path": [heading],
        "headline": text.split("。", maxsplit=1)[0],
        "text": text,
        "start": start,
        "end": end,
        "source_start": start,
        "source_end": end,
        "kind": "plan",
        "n_chars": len(text),
        "targets": [],
        "citations": [],
        "deadlines": [],
        "duties": [],
        "flags": [],
    }


def _assignment(measure_id: str, category: str, probability: float = 0.9) -> dict[str, Any]:
    return {
        "measure_id": measure_id,
        "category": category,
        "probability": probability,
        "assigned": True,
        "primary": True,
        "rank": 1,
        "source": "model",
        "model_digest": "f" * 12,
        "codebook": "test-1",
    }


def _pair(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    return {
        "a": a["measure_id"],
        "b": b["measure_id"],
        "relation": "near",
        "edit_similarity": 0.93,
        "containment_a": 0.93,
        "containment_b": 0.93,
        "weighted_jaccard": 0.8,
        "cosine": 0.95,
        "distinctive": 1.0,
        "same_issuer": False,
        "years_apart": 1,
    }


def _passage(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    sides = {f"{s}_{p}{e}": m[e] for s, m in (("a", a), ("b", b)) for p in ("", "source_") for e in ("start", "end")}
    return {
        "passage_id": "p1",
        "a_doc": a["doc_id"],
        "b_doc": b["doc_id"],
        "a_measure": a["measure_id"],
        "b_measure": b["measure_id"],
        **sides,
        "n_chars": a["n_chars"],
        "identity": 0.93,
        "information": 20.0,
        "origin": "horizontal",
        "direction": "a_first",
    }


def _member(measure: dict[str, Any], *, medoid: bool) -> dict[str, Any]:
    return {
        "family_id": "f1",
        "measure_id": measure["measure_id"],
        "is_medoid": medoid,
        "similarity": 1.0 if medoid else 0.93,
        "n_members": 2,
        "n_issuers": 2,
        "first_year": 2023,
        "first_issuer": "柳湾市教育局",
        "relation": "identical" if medoid else "near",
    }


def small_workspace(root: Path) -> Workspace:
    """Two documents of two bureaus with two measures each; the first measures are a family."""
    documents = [_document(doc_id) for doc_id in TEXTS]
    measures = [
        _measure(document, ordinal, TEXTS[document["doc_id"]][1 + ordinal], heading)
        for document in documents
        for ordinal, heading in ((1, "一、学前教育"), (2, "二、其他"))
    ]
    first, _, second, drill = measures
    rows: dict[str, list[dict[str, Any]]] = {
        "documents": documents,
        "measures": measures,
        "assignments": [
            _assignment(first["measure_id"], "preschool"),
            _assignment(second["measure_id"], "preschool"),
            _assignment(drill["measure_id"], "safety_stability"),
        ],
        "reuse_pairs": [_pair(first, second)],
        "passages": [_passage(first, second)],
        "families": [_member(first, medoid=True), _member(second, medoid=False)],
    }
    workspace = Workspace(root)
    for name, values in rows.items():
        workspace.write(name, pl.DataFrame(values, schema=TABLES[name].schema, orient="row"))
    workspace.write_jsonl(
        "interim/rejected.jsonl", [{"path": "bad.pdf", "reason": "broken", "detail": "no page can be read"}]
    )
    return workspace
