"""Jucuo (举措): Chinese government work plans at the level of the single measure.

`pipeline.run(corpus, workspace)` runs the whole pipe; `pipeline.open(workspace)` gives its tables and search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.api import open_workspace as open  # noqa: A004 - the name users know from other libraries
    from pipeline.api import run

__all__ = ["open", "run"]


def __getattr__(name: str) -> Any:
    """Import the interface on first use: `import pipeline` alone must cost the command line nothing."""
    if name in __all__:
        from pipeline import api

        return api.open_workspace if name == "open" else api.run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
