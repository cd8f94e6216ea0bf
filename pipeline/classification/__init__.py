"""Policy categories: from measures and vectors to calibrated, explained labels of an exchangeable codebook.

`codebook` and `labels` are cheap to import; `training`, `model`, `evaluation`, `explain` and `store` load SciPy and
scikit-learn.
"""

from pipeline.classification.codebook import Category, Codebook
from pipeline.classification.labels import Label

__all__ = ["Category", "Codebook", "Label"]
