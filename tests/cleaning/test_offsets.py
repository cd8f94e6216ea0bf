"""Offsets there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning import OffsetMap, Span
from pipeline.cleaning.draft import Draft, Edit, changed_runs, ordered


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, Draft]:
    """A text and a draft of it after two rounds of random edits."""
    text = draw(st.text("甲乙丙丁 \n()ab", max_size=60))
    draft = Draft.of(text)
    for _ in range(2):
        edits = []
        for _ in range(draw(st.integers(0, 6))):
            start = draw(st.integers(0, len(draft.text)))
            end = draw(st.integers(start, min(len(draft.text), start + 5)))
            edits.append(Edit(start, end, draw(st.text("戊己庚", max_size=4)) if end > start else "", "r"))
        draft.apply(ordered(edits))
    return text, draft


@given(edited())
def test_laws(made: tuple[str, Draft]) -> None:
    text, draft = made
    offsets = draft.offsets()
    assert (offsets.n_clean, offsets.n_source) == (len(draft.text), len(text))
    assert 0 <= offsets.n_removed <= len(text)
    for start in range(len(draft.text)):
        source = offsets.to_source(start, start + 1)
        assert 0 <= source.start < source.end <= len(text)
        back = offsets.to_clean(*source)
        assert back.start <= start < back.end
    whole = offsets.to_source(0, len(draft.text))
    assert offsets.to_clean(*whole) == Span(0, len(draft.text))


@given(edited(), st.data())
def test_spans_widen_only_to_whole_runs(made: tuple[str, Draft], data: st.DataObject) -> None:
    _, draft = made
    offsets = draft.offsets()
    start = data.draw(st.integers(0, len(draft.text)))
    end = data.draw(st.integers(start, len(draft.text)))
    back = offsets.to_clean(*offsets.to_source(start, end))
    if start < end:
        assert back.start <= start
        assert end <= back.end
        # what is added shares its source with what was asked for
        assert offsets.to_source(*back) == offsets.to_source(start, end)


@given(edited())
def test_the_three_arrays_are_the_whole_map(made: tuple[str, Draft]) -> None:
    offsets = made[1].offsets()
    again = OffsetMap(
        *(np.asarray(a.tolist(), dtype=np.int64) for a in (offsets.clean, offsets.source, offsets.length))
    )
    for place in range(offsets.n_clean):
        assert again.to_source(place, place + 1) == offsets.to_source(place, place + 1)


def test_identity() -> None:
    offsets = OffsetMap.identity(5)
    assert offsets.to_source(1, 3) == Span(1, 3)
    assert offsets.to_clean(0, 5) == Span(0, 5)
    assert offsets.n_removed == 0
    assert OffsetMap.identity(0).to_source(0, 0) == Span(0, 0)


def test_removed_and_replaced_parts() -> None:
    draft = Draft.of("學(xué)校...好")
    draft.apply([Edit(1, 6, "", "reading"), Edit(7, 10, "……", "punctuation")])
    offsets = draft.offsets()
    assert draft.text == "學校……好"
    assert offsets.to_source(1, 2) == Span(6, 7)
    assert offsets.to_source(0, 2) == Span(0, 7)
    assert offsets.to_source(2, 4) == Span(7, 10)
    assert offsets.to_clean(1, 6) == Span(1, 1)
    assert offsets.to_clean(0, 11) == Span(0, 5)
    assert [(c.rule, c.source_start, c.source_end, c.before, c.after) for c in draft.changes] == [
        ("reading", 1, 6, "(xué)", ""),
        ("punctuation", 7, 10, "...", "……"),
    ]


def test_spans_outside_are_refused() -> None:
    with pytest.raises(ValueError, match="outside the clean text of 3"):
        OffsetMap.identity(3).to_source(1, 4)
    with pytest.raises(ValueError, match="outside the source text"):
        OffsetMap.identity(3).to_clean(2, 1)


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        Draft.of("abc").apply([Edit(0, 2, "x", "r"), Edit(1, 3, "y", "r")])
    with pytest.raises(ValueError, match="substitution"):
        Draft.of("abc").substitute("ab", "r")


def test_ordered_keeps_the_first_of_overlapping_edits() -> None:
    assert ordered([Edit(2, 4, "", "b"), Edit(0, 3, "", "a")]) == [Edit(0, 3, "", "a")]
    assert changed_runs("abcd", "aXYd") == [(1, 3)]
