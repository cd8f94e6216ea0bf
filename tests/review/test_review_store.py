"""Decisions are only ever added; conflicts are refused with both versions; undo and redo go any number of steps."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import JucuoError
from pipeline.review.database import open_engine
from pipeline.review.migrate import HEAD, SCRIPTS, upgrade
from pipeline.review.models import Decision, Labels, decisions, metadata
from pipeline.review.state import Fold
from pipeline.review.store import ConflictError, Store

sys.path.insert(0, str(Path(__file__).parent))
from review_helpers import decide, draft


def test_a_decision_is_kept_with_who_when_before_and_versions(store: Store) -> None:
    before = {"labels": ["alpha"], "primary": "alpha"}
    made = store.append([draft("m/1", "甲", "beta", before=before, text_digest="t", comment="看正文")])[0]
    again = Store(str(store.engine.url.render_as_string(hide_password=False))).fold().of("m/1").events
    assert again == [made]
    assert (made.version, made.reviewer, made.before, made.codebook, made.model_digest) == (
        1,
        "甲",
        before,
        "test-1.0",
        "m1",
    )
    assert made.at.endswith("+00:00")


def test_the_same_key_is_recorded_once(store: Store) -> None:
    one = draft("m/1", "甲", "alpha")
    assert store.append([one]) == store.append([one])
    assert len(store.fold().of("m/1").events) == 1


def test_who_comes_second_is_told_and_shown_both_versions(store: Store) -> None:
    store.append([draft("m/1", "甲", "alpha")])
    with pytest.raises(ConflictError) as caught:
        store.append([draft("m/1", "乙", "beta")])
    assert caught.value.draft.labels == Labels(("beta",), "beta")
    assert [d.reviewer for d in caught.value.state.positions] == ["甲"]
    assert caught.value.state.version == 1
    store.append([draft("m/1", "乙", "beta", base=1)])
    assert store.fold().of("m/1").status == "conflict"


def test_a_batch_is_recorded_whole_or_not_at_all(store: Store) -> None:
    decide(store, "m/2", "乙", "alpha")
    with pytest.raises(ConflictError):
        store.append([draft("m/1", "甲", "alpha"), draft("m/2", "甲", "alpha"), draft("m/3", "甲", "alpha")])
    assert store.fold().of("m/1").events == []


def test_undo_and_redo_any_number_of_steps(store: Store) -> None:
    for i, label in enumerate(("alpha", "beta", "gamma")):
        decide(store, f"m/{i}", "甲", label)
    for i in range(3):
        assert [d.measure_id for d in store.turn("undo", "甲", f"undo-{i}")] == [f"m/{2 - i}"]
    assert store.turn("undo", "甲", "undo-9") == []
    assert all(store.fold().of(f"m/{i}").status == "open" for i in range(3))
    for i in range(3):
        assert [d.measure_id for d in store.turn("redo", "甲", f"redo-{i}")] == [f"m/{i}"]
    assert store.turn("redo", "甲", "redo-9") == []
    assert store.fold().of("m/1").verdict[1] == Labels(("beta",), "beta")
    assert len(store.fold().by_id) == 9, "taking back is a record too"


def test_a_bulk_decision_is_one_step(store: Store) -> None:
    store.append([draft(f"m/{i}", "甲", "alpha", batch="bulk:1") for i in range(50)])
    decide(store, "m/99", "甲", "beta")
    assert len(store.turn("undo", "甲", "u1")) == 1
    assert len(store.turn("undo", "甲", "u2")) == 50
    assert store.fold().counts()["decided"] == 0
    assert len(store.turn("redo", "甲", "r1")) == 50


def test_undo_takes_back_only_ones_own(store: Store) -> None:
    decide(store, "m/1", "甲", "alpha")
    decide(store, "m/1", "乙", "beta")
    store.turn("undo", "甲", "u1")
    assert store.fold().of("m/1").verdict[1] == Labels(("beta",), "beta")


def test_undo_sent_twice_undoes_once(store: Store) -> None:
    decide(store, "m/1", "甲", "alpha")
    decide(store, "m/2", "甲", "alpha")
    assert len(store.turn("undo", "甲", "same-key")) == 1
    assert store.turn("undo", "甲", "same-key") == []
    assert store.fold().of("m/1").status == "decided"


def test_a_ruling_settles_and_a_later_contradiction_opens_again(store: Store) -> None:
    decide(store, "m/1", "甲", "alpha")
    decide(store, "m/1", "乙", "beta")
    decide(store, "m/1", "丙", "beta", action="adjudicate", reason="boundary")
    status, labels, reasons = store.fold().of("m/1").verdict
    assert (status, labels, reasons[0].reason) == ("adjudicated", Labels(("beta",), "beta"), "boundary")
    decide(store, "m/1", "甲", "beta")
    assert store.fold().of("m/1").status == "adjudicated"
    decide(store, "m/1", "丁", "gamma")
    assert store.fold().of("m/1").status == "conflict"


def test_flag_skip_and_comment(store: Store) -> None:
    decide(store, "m/1", "甲", action="skip")
    assert store.fold().of("m/1").status == "skipped"
    decide(store, "m/1", "乙", "alpha")
    decide(store, "m/1", "丙", action="flag", reason="cut_wrongly")
    assert store.fold().of("m/1").status == "flagged"
    decide(store, "m/2", "丙", action="comment", comment="再看")
    assert store.fold().of("m/2").status == "open"
    assert [d.comment for d in store.fold().of("m/2").comments] == ["再看"]


def test_eight_writers_at_once_lose_and_double_nothing(url: str) -> None:
    stores = [Store(url) for _ in range(4)]
    done: list[str] = []

    def work(number: int) -> None:
        for i in range(25):
            store, measure = stores[number % 4], f"m/{i % 5}"
            while True:
                version = store.fold().of(measure).version
                try:
                    store.append([draft(measure, f"r{number}", "alpha", base=version, key=f"{number}-{i:04d}-key")])
                except ConflictError:
                    continue
                done.append(f"{number}-{i:04d}-key")
                break

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = [d for state in Store(url).fold().measures.values() for d in state.events]
    assert sorted(d.key for d in events) == sorted(done)
    assert len(done) == 200
    for measure in range(5):
        versions = [d.version for d in events if d.measure_id == f"m/{measure}"]
        assert sorted(versions) == list(range(1, 41))
    for store in stores:
        assert store.fold().last_id == max(d.id for d in events), "every process sees every record"


def test_snapshots_come_back(store: Store) -> None:
    assert store.last_snapshot() is None
    store.keep_snapshot("m1", "c1", {"m/1": Labels(("alpha", "beta"), "beta"), "m/2": Labels()})
    found = store.last_snapshot()
    assert found is not None
    assert found.labels == {"m/1": Labels(("alpha", "beta"), "beta"), "m/2": Labels()}


def test_migrations_lead_to_the_tables_of_the_code_and_back(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    inspector = sa.inspect(engine)
    for table in metadata.sorted_tables:
        found = {c["name"]: c["nullable"] for c in inspector.get_columns(table.name)}
        assert found == {c.name: c.nullable for c in table.columns}
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    assert HEAD in {path.name[:4] for path in (SCRIPTS / "versions").glob("0*.py")}


def test_unusable_databases_are_sentences(tmp_path: Path) -> None:
    for bad in ("nonsense", "mysql://x/y", "postgresql://nobody@127.0.0.1:1/none"):
        with pytest.raises(JucuoError):
            Store(bad)
    (tmp_path / "file").write_bytes(b"this is no database at all, but long enough to look at" * 30)
    with pytest.raises(JucuoError):
        Store(f"sqlite:///{tmp_path / 'file'}")


moves = st.lists(
    st.tuples(st.sampled_from(["do", "undo", "redo"]), st.integers(0, 2), st.sampled_from(["alpha", "beta"])),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(moves)
def test_undo_and_redo_behave_like_an_editor(steps: list[tuple[str, int, str]]) -> None:
    """Against a plain model: a list of done steps and a list of undone ones."""
    fold, done, undone = Fold(), [], []
    number = 0

    def take(action: str, measure: str, label: str | None, target: int | None) -> None:
        nonlocal number
        number += 1
        labels = Labels((label,), label) if label else None
        version = fold.of(measure).version + 1
        fold.take(Decision(number, f"k{number}", measure, version, "甲", "t", action, labels, target=target))  # type: ignore[arg-type]

    for kind, measure, label in steps:
        if kind == "do":
            take("correct", f"m/{measure}", label, None)
            done.append((f"m/{measure}", label))
            undone.clear()
        else:
            step = fold.undoable("甲") if kind == "undo" else fold.redoable("甲")
            source, sink = (done, undone) if kind == "undo" else (undone, done)
            assert bool(step) == bool(source)
            if step:
                take(kind, step[0].measure_id, None, step[0].id)
                sink.append(source.pop())
    for measure in range(3):
        latest = [label for name, label in done if name == f"m/{measure}"]
        found = fold.of(f"m/{measure}").verdict[1]
        assert found == (Labels((latest[-1],), latest[-1]) if latest else None)
    assert decisions.name == "decisions"
