"""The self-contained report: pure functions from tables to one HTML page."""

from pipeline.report.page import ReportInput, render

__all__ = ["ReportInput", "render"]
