"""Fixtures of this room; the plans themselves are in `reuse_plans`."""

from __future__ import annotations

import pytest
from reuse_plans import Frames, two_bureaus

from pipeline.settings import ReuseParams


@pytest.fixture
def params() -> ReuseParams:
    return ReuseParams()


@pytest.fixture
def plans() -> Frames:
    return two_bureaus()
