"""The offline model, made once for all tests of this room."""

from __future__ import annotations

import pytest

from pipeline.embedding import load, offline
from pipeline.settings import EmbedParams

# written for these tests
TEXTS = [
    "推进城乡义务教育一体化发展，新建学校5所，新增学位8000个。",
    "加强党风廉政建设",
    "深化“双减”工作，规范校外培训机构办学行为。" + "坚持立德树人，落实教育优先发展。" * 4,
    "实施学前教育三年行动计划，公办园在园幼儿占比达到55%以上。" * 3,
    "９月底前完成①核查②整改，金额≥30万元／年～全覆盖……",
    "xué习型城市 ABC  多个   空格\t制表\n换行",
    "",
]


@pytest.fixture(scope="session")
def texts():
    return list(TEXTS)


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory):
    """A cache folder with the offline model; workers of one run share it."""
    folder = tmp_path_factory.getbasetemp().parent / "jucuo-models"
    offline.ensure(folder)
    return folder


@pytest.fixture(scope="session")
def encoder(model_cache):
    return load(EmbedParams.model_validate({}), model_cache)


@pytest.fixture(scope="session")
def vectors(encoder, texts):
    return encoder.encode(texts)
