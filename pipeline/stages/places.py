"""Where things outside a workspace lie: the encoder's cache, the codebook, the shipped classifier."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

from pipeline.errors import JucuoError
from pipeline.resources import shipped
from pipeline.settings import Settings


def cache_dir() -> Path:
    """Folder of the encoder and its vectors: `JUCUO_CACHE`, else the user's cache folder."""
    return Path(os.environ.get("JUCUO_CACHE") or user_cache_path("jucuo", appauthor=False))


def resource(relative: str) -> Path:
    """A configured file: as named from here, else the one that ships with the code."""
    here = Path(relative)
    if here.exists():
        return here
    try:
        return shipped(relative)
    except FileNotFoundError as error:
        raise JucuoError(f"there is no {relative}", "Name an existing file in the parameters.") from error


def codebook_path(settings: Settings) -> Path:
    """The codebook the parameters name."""
    return resource(settings.taxonomy)
