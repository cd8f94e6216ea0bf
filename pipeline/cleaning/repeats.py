"""Lines that repeat at the edges of a site's documents: probably page furniture, which a person decides.

Nothing here deletes. What repeats depends on which documents are there, and a text that changed whenever another
document is added would break every offset and label that refers to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline.cleaning.boilerplate import SENTENCE, is_body


def repeated_lines(documents: Iterable[str], minimum: int = 3, share: float = 0.5) -> dict[str, int]:
    """Lines at the edges of at least `minimum` documents of one site and `share` of them, with the number of documents.

    Only lines outside the text (before its first and after its last paragraph) count, so wording that several
    documents share is never taken for furniture. A line that varies only in its figures is not counted as one.
    """
    counts: Counter[str] = Counter()
    n = 0
    for document in documents:
        n += 1
        lines = [line.strip() for line in document.split("\n") if line.strip()]
        body = [i for i, line in enumerate(lines) if is_body(line)]
        edge = lines[: body[0]] + lines[body[-1] + 1 :] if body else []
        counts.update({line for line in edge if not SENTENCE.search(line)})
    return {line: count for line, count in sorted(counts.items()) if count >= max(minimum, share * n)}
