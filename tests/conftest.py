"""Fixtures every room shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A slow moment of the machine is no fault of the code: no test here is about time.
settings.register_profile("jucuo", deadline=None)
settings.load_profile("jucuo")

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Top of the repository."""
    return CHECKOUT


@pytest.fixture(scope="session")
def real_corpus() -> Path:
    """The real documents beside the checkout: missing ones fail under CI and skip, with the reason, elsewhere."""
    folder = Path(os.environ.get("JUCUO_REAL_CORPUS", CHECKOUT.parent / "shared" / "corpus"))
    if folder.is_dir():
        return folder
    message = f"the real documents are not at {folder}; set JUCUO_REAL_CORPUS to their folder"
    if os.environ.get("CI") and not os.environ.get("JUCUO_WITHOUT_REAL_CORPUS"):
        pytest.fail(message + ", or JUCUO_WITHOUT_REAL_CORPUS=1 if this CI cannot have them")
    pytest.skip(message)
