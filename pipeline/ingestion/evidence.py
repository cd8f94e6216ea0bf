"""Why a value was taken: the rule, the words it rests on and where they stand, and what else was possible."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

Where = Literal["text", "source", "page", "path", "derived"]


@dataclass(frozen=True)
class Candidate:
    """A value that was found but not taken, or not to be taken for a fact."""

    value: str | int
    rule: str
    quote: str = ""
    start: int = -1
    end: int = -1
    count: int = 1


@dataclass(frozen=True)
class Evidence:
    """What one field rests on.

    `start` and `end` are offsets of `quote` in the clean text when `where` is `text`, in the source text when it is
    `source`, and -1 when it stands in markup (`page`), in the file name (`path`) or nowhere (`derived`, no value).
    `inferred` marks a value that was concluded, not read; `conflict` one that other candidates contradict.
    """

    rule: str
    quote: str = ""
    start: int = -1
    end: int = -1
    where: Where = "text"
    inferred: bool = False
    conflict: bool = False
    candidates: tuple[Candidate, ...] = ()

    def beside(self, candidates: tuple[Candidate, ...], *, conflict: bool = False) -> Evidence:
        """This evidence with the candidates that lost."""
        return replace(self, candidates=(*self.candidates, *candidates), conflict=self.conflict or conflict)


@dataclass(frozen=True)
class Metadata:
    """What a document is; None where the text does not say. `evidence` has an entry for every field."""

    title: str
    issuer: str | None
    province: str | None
    city: str | None
    county: str | None
    level: str | None
    doc_type: str
    plan_year: int | None
    published: date | None
    posted: date | None
    evidence: Mapping[str, Evidence]

    def evidence_json(self) -> str:
        """The evidence as the documents table stores it: compact JSON with sorted keys."""
        plain: dict[str, Any] = {field: asdict(evidence) for field, evidence in self.evidence.items()}
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


NOTHING = Evidence("none", where="derived")
