"""Source text to clean text, with an offset map and a record of every change."""

from pipeline.cleaning.cleaner import Cleaned, clean
from pipeline.cleaning.draft import Change
from pipeline.cleaning.offsets import OffsetMap, Span

__all__ = ["Change", "Cleaned", "OffsetMap", "Span", "clean"]
