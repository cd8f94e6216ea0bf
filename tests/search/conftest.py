"""A small corpus of three bureaus, and an encoder that needs no model."""

from __future__ import annotations

import hashlib
from datetime import date

import numpy as np
import polars as pl
import pytest

from pipeline.schemas import DOCUMENTS, MEASURES
from pipeline.search import SearchIndex
from pipeline.search.words import words

DIM = 64
TEXTS = {
    "songjiang-2023-aaaaaa": [
        "规范校外培训机构办学行为。严格审批校外培训机构，查处无证办学和违规收费。",
        "新建公办幼儿园12所，新增学位3600个，普惠性幼儿园覆盖率达到85%以上。",
        "加强师德师风建设，开展师德专题教育，严查有偿补课。",
        "落实《关于进一步减轻义务教育阶段学生作业负担的意见》，提高课后服务质量。",
    ],
    "songjiang-2024-bbbbbb": [
        "规范校外培训机构办学行为。严格审批校外培训机构，查处无证办学和违规收费行为。",
        "做好“双减”工作，减轻学生作业负担，提高课后服务水平。",
        "推进教育数字化，建设智慧校园20个。",
    ],
    "linhai-2024-cccccc": [
        "规范校外培训机构办学行为。严格审批校外培训机构，严查无证办学和违规收费。",
        "深化集团化办学，缩小校际差距，促进义务教育优质均衡发展。",
        "扩大普惠性学前教育资源，新增公办幼儿园学位2000个。",
    ],
    "beiyuan-2024-dddddd": [
        "治理校外培训乱象，对无证培训机构依法取缔。",
        "抓好校园安全，开展食品安全检查和消防演练。",
        "学习AI课程，开设编程社团。",
    ],
}
ISSUERS = {
    "songjiang": ["松江市教育局"],
    "linhai": ["临海县教育局", "临海县财政局"],
    "beiyuan": ["北原区教育局"],
}


def _frame(table, rows):
    return pl.DataFrame([{**dict.fromkeys(table.schema), **row} for row in rows], schema=table.schema)


@pytest.fixture(scope="session")
def documents() -> pl.DataFrame:
    rows = []
    for doc_id in TEXTS:
        place, year, _ = doc_id.split("-")
        rows.append(
            {
                "doc_id": doc_id,
                "title": f"{year}年工作要点",
                "issuer": ISSUERS[place][0],
                "joint_issuers": ISSUERS[place],
                "province": "东海省" if place != "beiyuan" else "西山省",
                "city": "松江市" if place == "songjiang" else None,
                "level": "city" if place == "songjiang" else "county",
                "doc_type": "work_points",
                "plan_year": int(year),
                "published": date(int(year), 3, 1),
            }
        )
    return _frame(DOCUMENTS, rows)


@pytest.fixture(scope="session")
def measures() -> pl.DataFrame:
    rows = []
    for doc_id, texts in TEXTS.items():
        for i, text in enumerate(texts, 1):
            cited = [{"title": "关于进一步减轻义务教育阶段学生作业负担的意见"}] if "《" in text else []
            rows.append(
                {
                    "measure_id": f"{doc_id}/{i}",
                    "doc_id": doc_id,
                    "ordinal": i,
                    "headline": text.split("。")[0].split("，")[0],
                    "heading_path": ["二、重点工作"],
                    "text": text,
                    "kind": "achievement" if i == 3 else "plan",
                    "n_chars": len(text),
                    "citations": [
                        {"issuer": None, "year": None, "start": 0, "end": 1} | citation for citation in cited
                    ],
                    "targets": [],
                    "flags": [],
                }
            )
    return _frame(MEASURES, rows)


def _direction(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).normal(size=DIM)


def _encode(texts: list[str]) -> np.ndarray:
    """Sum of a fixed direction for each word, near a common one, as raw e5 vectors lie."""
    found = np.array([sum((_direction(w) for w in words(t)), np.zeros(DIM)) * 0.1 + 1 for t in texts], np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(scope="session")
def assignments() -> pl.DataFrame:
    rows = [
        ("songjiang-2023-aaaaaa/1", "private_training", True),
        ("songjiang-2023-aaaaaa/2", "preschool", True),
        ("linhai-2024-cccccc/3", "preschool", True),
        ("linhai-2024-cccccc/2", "preschool", False),
    ]
    return pl.DataFrame(rows, schema=["measure_id", "category", "assigned"], orient="row")


@pytest.fixture(scope="session")
def index(measures, documents, assignments) -> SearchIndex:
    vectors = _encode(measures["text"].to_list())
    return SearchIndex.build(
        measures,
        documents,
        vectors,
        vectors.mean(axis=0),
        assignments=assignments,
        headlines=_encode(measures["headline"].to_list()),
    )


@pytest.fixture(scope="session")
def encode():
    return _encode
