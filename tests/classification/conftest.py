"""A small field of its own (a library's yearly plan), an encoder made of characters, and a trained classifier."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl
import pytest

from pipeline.classification import codebook as codebooks
from pipeline.classification.labels import Label
from pipeline.classification.training import train
from pipeline.settings import TrainParams

DIM = 48

CODEBOOK = """
id: library
version: "1"
field: 图书馆年度计划
categories:
  - id: collection
    zh: 馆藏
    en: Collection
    definition: 图书、报刊和数字资源的采购、编目与剔旧。
    cues: {2: [馆藏, 采购图书, 编目], 1: [新书, 报刊, 藏书]}
    examples:
      - text: 采购图书八千册，报刊续订一百种，三月前完成编目上架。
      - text: 剔旧破损藏书，补齐地方文献。
  - id: reading
    zh: 阅读推广
    en: Reading promotion
    definition: 读书会、讲座、展览和青少年阅读活动。
    cues: {2: [读书会, 阅读推广, 讲座], 1: [展览, 阅读, 朗诵]}
    examples:
      - text: 每月办两场读书会，暑期为孩子开设阅读营。
      - text: 讲座进社区，全年不少于二十场。
  - id: building
    zh: 馆舍设备
    en: Building and equipment
    definition: 馆舍维修、空调照明、自助借还机等设备。
    cues: {2: [馆舍, 自助借还, 维修], 1: [空调, 照明, 书架]}
    examples:
      - text: 维修屋面，更换阅览室照明和空调。
      - text: 新装自助借还机六台，添置书架。
"""

TEXTS = {
    "a-1": [
        ("充实馆藏。采购图书一万册，编目及时率达到九成", ["collection"]),
        ("办好读书会。邀请作家来馆讲座，组织朗诵比赛", ["reading"]),
        ("改善馆舍。更换空调，维修漏水的阅览室", ["building"]),
        ("新书上架加快，报刊增订三十种", ["collection"]),
        ("阅读推广走进学校，展览巡回十站", ["reading"]),
        ("添置自助借还机，更新照明", ["building"]),
        ("采购图书并新增书架，解决藏书拥挤", ["collection", "building"]),
        ("做好年终总结和考勤", []),
    ],
    "a-2": [
        ("完善藏书结构，采购图书向少儿倾斜，编目外包", ["collection"]),
        ("读书会每周一次，阅读推广与社区合办", ["reading"]),
        ("馆舍屋顶维修，书架加固", ["building"]),
        ("剔旧报刊，新书荐购", ["collection"]),
        ("讲座和展览结合，吸引年轻读者阅读", ["reading"]),
        ("更换空调主机，自助借还覆盖分馆", ["building"]),
        ("开展讲座，并维修报告厅照明", ["reading", "building"]),
    ],
    "b-1": [
        ("馆藏建设突出地方文献，采购图书公开招标", ["collection"]),
        ("举办朗诵会和读书会，推广经典阅读", ["reading"]),
        ("维修电梯，馆舍增设无障碍坡道", ["building"]),
        ("藏书清点，编目数据合并", ["collection"]),
        ("讲座二十场，展览八场", ["reading"]),
        ("照明改造，书架更换", ["building"]),
        ("采购图书配合读书会主题，新书首发讲座", ["collection", "reading"]),
    ],
    "b-2": [
        ("新书采购与编目提速，馆藏达到五十万册", ["collection"]),
        ("阅读推广进军营，讲座直播", ["reading"]),
        ("自助借还机检修，空调清洗", ["building"]),
        ("报刊数字化，藏书防虫", ["collection"]),
        ("儿童读书会扩容，展览互动", ["reading"]),
        ("馆舍扩建立项，维修外墙", ["building"]),
        ("组织职工体检和春游", []),
    ],
}


def encode(texts: list[str]) -> np.ndarray:
    """Sum of one pseudo-random direction a character, plus a common one: raw cosines are high, as e5's are."""
    rows = np.zeros((len(texts), DIM))
    for row, text in enumerate(texts):
        for char in text:
            seed = int.from_bytes(hashlib.sha256(char.encode()).digest()[:4], "little")
            rows[row] += np.random.default_rng(seed).normal(size=DIM)
        rows[row] = rows[row] / max(np.linalg.norm(rows[row]), 1e-9) + 2.0
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def frame(texts: dict[str, list[str]]) -> pl.DataFrame:
    rows = [
        {
            "measure_id": f"{doc}/{i}",
            "doc_id": doc,
            "heading_path": ["主要任务"],
            "headline": text.split("。")[0] if "。" in text else "",
            "text": text,
        }
        for doc, found in texts.items()
        for i, text in enumerate(found, 1)
    ]
    return pl.DataFrame(rows)


@pytest.fixture(scope="session")
def book():
    return codebooks.load(CODEBOOK, "library.yaml")


@pytest.fixture(scope="session")
def measures():
    return frame({doc: [text for text, _ in rows] for doc, rows in TEXTS.items()})


@pytest.fixture(scope="session")
def vectors(measures):
    return encode(measures["text"].to_list())


@pytest.fixture(scope="session")
def titles():
    return dict.fromkeys(TEXTS, "某馆年度工作计划")


@pytest.fixture(scope="session")
def labels():
    return [
        Label(f"{doc}/{i}", names[0] if names else None, list(names), "test", "library-1")
        for doc, rows in TEXTS.items()
        for i, (_, names) in enumerate(rows, 1)
    ]


@pytest.fixture(scope="session")
def params():
    return TrainParams(folds=4, min_support=3)


@pytest.fixture(scope="session")
def trained(measures, titles, vectors, labels, book, params):
    return train(measures, titles, vectors, labels, book, params, 7, encode)
