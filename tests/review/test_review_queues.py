"""What waits in each queue, in which order; agreement; labels for training."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schemas
from pipeline.classification.labels import parse
from pipeline.review import agreement
from pipeline.review.labels import export
from pipeline.review.models import Labels, Snapshot
from pipeline.review.queues import AUDIT_SHARE, Desk, audit_rank, changed_by_training, doubts, in_audit, waiting
from pipeline.review.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from review_helpers import codebook, decide


def outside(count: int) -> list[str]:
    """Ids that are not in the blind sample."""
    return [name for i in range(1000) if not in_audit(name := f"m/{i}")][:count]


def assignments(rows: list[tuple[str, str, float, bool]], model: str = "m1") -> pl.DataFrame:
    plain = [(n, c, p, a, a, i + 1, "model", model, "test-1.0") for i, (n, c, p, a) in enumerate(rows)]
    return pl.DataFrame(plain, schema=schemas.ASSIGNMENTS.schema, orient="row")


def desk(ids: list[str], rows: list[tuple[str, str, float, bool]], codes: str = "test-1.0", model: str = "m1") -> Desk:
    wide = pl.DataFrame({"measure_id": ids, "text": [f"text of {name}" for name in ids]})
    return Desk.of(wide, assignments(rows, model), codes)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'd.db'}")


def test_doubt_is_the_expected_number_of_wrong_labels() -> None:
    found = doubts(
        ["a", "b", "c"], assignments([("a", "alpha", 0.9, True), ("a", "beta", 0.2, False), ("b", "alpha", 0.6, True)])
    )
    assert found == pytest.approx({"a": 0.3, "b": 0.4, "c": 0.5})


def test_the_most_doubtful_comes_first_and_what_is_settled_leaves(store: Store) -> None:
    a, b, c = outside(3)
    made = desk([a, b, c], [(a, "alpha", 0.99, True), (b, "alpha", 0.55, True), (c, "alpha", 0.8, True)])
    assert list(waiting("doubtful", made, store.fold(), "甲")) == [b, c, a]
    decide(store, b, "乙", "alpha")
    decide(store, c, "甲", action="skip")
    assert list(waiting("doubtful", made, store.fold(), "甲")) == [a]
    assert list(waiting("doubtful", made, store.fold(), "乙")) == [c, a], "what one skips is left to the others"
    assert list(waiting("doubtful", made, store.fold(), "乙", within={a})) == [a]


def test_the_blind_sample_is_random_stable_and_apart(store: Store) -> None:
    ids = [f"doc-{i}/1.{i % 40}" for i in range(4000)]
    made = desk(ids, [(name, "alpha", 0.9, True) for name in ids])
    assert len(made.audit) / len(ids) == pytest.approx(AUDIT_SHARE, abs=0.02)
    assert not set(made.audit) & set(made.doubtful)
    more = desk([*ids, "new/1"], [])
    assert set(made.audit) <= set(more.audit), "adding documents moves nobody out"
    name = made.audit[0]
    decide(store, name, "甲", "alpha")
    assert name not in set(waiting("audit", made, store.fold(), "甲"))
    assert name in set(waiting("audit", made, store.fold(), "乙")), "every reviewer sees the whole sample"


def test_queues_about_decisions(store: Store) -> None:
    a, b, c, d = outside(4)
    before = {"labels": ["alpha"], "primary": "alpha"}
    decide(store, a, "甲", "beta", before=before)
    decide(store, b, "甲", "alpha", before=before)
    decide(store, b, "乙", "beta", before=before)
    decide(store, c, "甲", action="flag", reason="damaged")
    decide(store, d, "甲", "alpha", before=before, codebook="test-0.9")
    made = desk([a, b, c, d], [])
    for queue, wanted in (("disagreement", [a]), ("conflicts", [b]), ("flagged", [c]), ("stale", [d])):
        assert list(waiting(queue, made, store.fold(), "甲")) == wanted, queue  # type: ignore[arg-type]


def test_a_changed_text_makes_a_decision_stale(store: Store) -> None:
    (a,) = outside(1)
    made = desk([a], [])
    decide(store, a, "甲", "alpha", text_digest=made.digests[a])
    assert list(waiting("stale", made, store.fold(), "甲")) == []
    changed = Desk.of(pl.DataFrame({"measure_id": [a], "text": ["other"]}), assignments([]), "test-1.0")
    assert list(waiting("stale", changed, store.fold(), "甲")) == [a]


def test_after_retraining_the_queue_shows_what_changed(store: Store) -> None:
    a, b, c = outside(3)
    snapshot = Snapshot(
        "t",
        "m1",
        "test-1.0",
        {a: Labels(("alpha",), "alpha"), b: Labels(("alpha",), "alpha"), c: Labels(("alpha",), "alpha")},
    )
    new = desk([a, b, c], [(a, "alpha", 0.9, True), (b, "beta", 0.9, True), (c, "beta", 0.9, True)], model="m2")
    same = desk([a, b, c], [(b, "beta", 0.9, True)], model="m1")
    assert changed_by_training(new, snapshot) == [b, c]
    assert changed_by_training(same, snapshot) == [], "the model is the same: analysts changed these"
    decide(store, c, "甲", "beta")
    assert list(waiting("changed", new, store.fold(), "甲", snapshot)) == [b]


def test_agreement_between_two_and_with_the_model(store: Store) -> None:
    sample = [name for i in range(2000) if in_audit(name := f"m/{i}")][:4]
    before = {"labels": ["alpha"], "primary": "alpha"}
    for name, one, two in zip(
        sample, ["alpha", "alpha", "beta", "beta"], ["alpha", "beta", "beta", "beta"], strict=True
    ):
        decide(store, name, "甲", one, before=before)
        decide(store, name, "乙", two, before=before)
    (found,) = agreement.between_reviewers(store.fold())
    assert (found.n, found.primary, found.exact, found.f1) == (4, 0.75, 0.75, 0.75)
    # Observed 3/4; expected (2/4)(1/4) + (2/4)(3/4) = 1/2; kappa = (3/4 - 1/2) / (1/2).
    assert found.kappa == pytest.approx(0.5)
    model = agreement.with_model(store.fold(), {})
    assert (model.n, model.primary) == (3, pytest.approx(1 / 3)), "the conflict is no ground truth"
    assert model.low < 1 / 3 < model.high


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30))
def test_kappa_is_symmetric_and_at_most_one(pairs: list[tuple[str, str]]) -> None:
    found = agreement.kappa(pairs)
    turned = agreement.kappa([(b, a) for a, b in pairs])
    assert (found is None) == (turned is None)
    if found is not None and turned is not None:
        assert found == pytest.approx(turned)
        assert found <= 1.0 + 1e-9


@given(st.integers(0, 50), st.integers(0, 50))
def test_wilson_contains_the_share(successes: int, failures: int) -> None:
    n = successes + failures
    low, high = agreement.wilson(successes, n)
    assert 0.0 <= low <= high <= 1.0
    if n:
        assert low - 1e-9 <= successes / n <= high + 1e-9


def test_exported_rows_are_labels_training_reads(store: Store) -> None:
    book = codebook()
    decide(store, "m/2", "甲", "beta", "alpha", codebook=book.name)
    decide(store, "m/1", "甲", codebook=book.name)
    decide(store, "m/3", "甲", "alpha")
    decide(store, "m/3", "乙", "beta")
    decide(store, "m/4", "甲", action="flag", reason="damaged")
    decide(store, "gone/1", "甲", "alpha")
    decide(store, "m/5", "甲", "retired")
    found = export(store.fold(), {f"m/{i}" for i in range(9)}, book.ids)
    assert [row["measure_id"] for row in found.rows] == ["m/1", "m/2"]
    assert found.withheld == {"conflict": ["m/3"], "flagged": ["m/4"], "gone": ["gone/1"], "unknown_category": ["m/5"]}
    labels = parse(found.rows, book, "reviewed.jsonl")
    assert labels[1].labels == ["beta", "alpha"]
    assert labels[1].primary == "beta"
    assert labels[0].labels == []
    assert labels[0].annotator == "甲"
    assert audit_rank("m/1") == audit_rank("m/1")
