"""Segmentation: clean text to a tree of headings, and the tree to measures."""

from pipeline.segmentation.models import (
    Citation,
    Deadline,
    Duty,
    Heading,
    Segmentation,
    SegmentedMeasure,
    Skipped,
    Target,
)
from pipeline.segmentation.segmenter import segment

__all__ = [
    "Citation",
    "Deadline",
    "Duty",
    "Heading",
    "Segmentation",
    "SegmentedMeasure",
    "Skipped",
    "Target",
    "segment",
]
