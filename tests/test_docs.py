from __future__ import annotations

import importlib.util
from pathlib import Path


def test_the_reference_is_what_the_code_says(checkout: Path) -> None:
    path = checkout / "docs/make_reference.py"
    spec = importlib.util.spec_from_file_location("make_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (checkout / "docs/reference.md").read_text("utf-8")
    assert written == module.reference(), "run `python docs/make_reference.py`"
