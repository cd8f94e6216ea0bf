from __future__ import annotations

from pathlib import Path

from scripts import script


def test_the_reference_is_what_the_code_says(checkout: Path) -> None:
    module = script(checkout / "docs/make_reference.py")
    written = (checkout / "docs/reference.md").read_text("utf-8")
    assert written == module.reference(), "run `python docs/make_reference.py`"
