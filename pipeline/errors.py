"""Errors for people: what was wrong, where, and what to do about it."""

from __future__ import annotations


class JucuoError(Exception):
    """Something the user can mend: `cause` says what and where, `remedy` what to do. Exit code 2 on the shell."""

    def __init__(self, cause: str, remedy: str = "") -> None:
        self.cause = cause
        self.remedy = remedy
        super().__init__(f"{cause}\n{remedy}" if remedy else cause)


class UnusableDocument(Exception):  # noqa: N818 - it names what the document is, not what the program did
    """A file that cannot become a document; it is set aside under `reason` and stops nothing else.

    `reason` is one short stable word (`empty`, `binary`, `encoding`, `broken`, `unreadable`, `too_large`,
    `no_text`, `duplicate`, `unsupported`, `encrypted`); `detail` a sentence for people.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")
