"""The experiments around the classifier: fine-tuning by contrast, and the codebook of a category's first day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.classification.codebook import load
from pipeline.embedding import kernels
from pipeline.settings import Settings

NURSERY = [
    "新建公办幼儿园三所。",
    "普惠性民办园补助标准提高。",
    "小区配套幼儿园移交教育局。",
    "保教质量评估覆盖全部园所。",
]
ETHICS = ["开展师德专题教育。", "严查在职教师有偿补课。", "师德失范行为一票否决。", "建立教师师德档案。"]


@pytest.fixture
def finetune(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.syspath_prepend(str(checkout / "experiments"))
    kernels.pin()  # before torch is loaded: other tests in this process compare the encoder's bytes
    import finetune

    return finetune


def test_overlap_is_the_share_of_common_labels(finetune: object) -> None:
    labels = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]], dtype=bool)
    assert finetune.wanted(labels).tolist() == [[0, 0.5, 0, 0], [0.5, 0, 0, 0], [0] * 4, [0] * 4]


def test_batches_pair_equal_primaries_and_repeat_with_the_seed(finetune: object) -> None:
    primary = np.array([0, 0, 1, 1, 1, -1, 2])
    recipe = finetune.Recipe(steps=5, pairs=4)
    first, again = ([rows.tolist() for rows in finetune.batches(primary, recipe)] for _ in range(2))
    assert first == again
    assert len(first) == 5
    for rows in first:
        assert primary[rows[:4]].tolist() == primary[rows[4:]].tolist()


@pytest.mark.slow
def test_fine_tuning_brings_like_measures_together(finetune: object) -> None:
    recipe = finetune.Recipe(layers=1, steps=8, pairs=4)
    trunk = finetune.Trunk(Settings(), recipe.layers)
    texts, primary = NURSERY + ETHICS, np.repeat([0, 1], 4)
    before = finetune.encode(trunk, trunk.upper, texts)
    labels = primary[:, None] == np.arange(2)
    after, again = (
        finetune.encode(trunk, finetune.tune(trunk, texts, labels, primary, recipe), texts) for _ in range(2)
    )
    assert np.array_equal(after, again)
    assert gap(after, primary) > gap(before, primary)


def gap(vectors: np.ndarray, primary: np.ndarray) -> float:
    """How much closer measures of one category are than those of two."""
    cosines, same = vectors @ vectors.T, primary[:, None] == primary[None, :]
    return float(cosines[same & ~np.eye(len(primary), dtype=bool)].mean() - cosines[~same].mean())


def test_on_its_first_day_a_category_has_nothing_but_its_definition(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(checkout / "experiments"))
    from new_category import without

    codebook = load((checkout / "configs/taxonomy.yaml").read_text("utf-8"), "configs/taxonomy.yaml")
    bare, full = (without(codebook, ["preschool"], entry=entry) for entry in (False, True))
    assert bare.category("preschool").definition == codebook.category("preschool").definition
    assert (bare.category("preschool").cues, bare.category("preschool").examples) == ({}, ())
    assert full.category("preschool") == codebook.category("preschool")
    others = [each for c in bare.categories if c.id != "preschool" for each in c.examples]
    assert others
    assert all("preschool" not in each.labels for each in others)
