"""What reading yields: documents, files set aside, and what a page says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class PageHints:
    """What the page around a document says; `*_span` are offsets into the source text, or None when it was markup."""

    title: str | None = None
    posted: date | None = None
    source: str | None = None
    posted_quote: str | None = None
    posted_span: tuple[int, int] | None = None
    title_rule: str | None = None
    posted_rule: str | None = None


@dataclass(frozen=True)
class SourceDocument:
    """One document as its reader extracted it, before cleaning.

    `path` is relative to the corpus, members of an archive after `!/`; `notes` say what the reader had to decide.
    """

    path: str
    sha256: str
    encoding: str
    media_type: str
    text: str
    hints: PageHints = field(default_factory=PageHints)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """A file that became no document: a stable reason (see `errors.UnusableDocument`) and a sentence for people."""

    path: str
    reason: str
    detail: str


@dataclass
class ReadResult:
    """Everything one file yielded."""

    documents: list[SourceDocument] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True)
class Extracted:
    """What a reader of one format returns: text, how its bytes were decoded, hints and notes."""

    text: str
    encoding: str
    hints: PageHints = field(default_factory=PageHints)
    notes: tuple[str, ...] = ()
