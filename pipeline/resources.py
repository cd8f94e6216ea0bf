"""Files that ship with the code: configuration, templates, the trained classifier.

In a checkout they lie at the top of the repository; in an installed wheel below `pipeline/_shipped`.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SHIPPED = PACKAGE / "_shipped"
CHECKOUT = PACKAGE.parent


def shipped(relative: str) -> Path:
    """Path of a shipped file such as `configs/taxonomy.yaml`.

    Raises FileNotFoundError when neither the wheel nor the checkout has it: the installation is damaged.
    """
    for root in (SHIPPED, CHECKOUT):
        path = root / relative
        if path.exists():
            return path
    raise FileNotFoundError(f"{relative} is not part of this installation; reinstall jucuo")
