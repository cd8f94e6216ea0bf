"""Errors: RFC 9457 problems for programs, a page for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

PROBLEM_TYPE = "application/problem+json"


class Problem(BaseModel):
    """An RFC 9457 problem; `remedy` (ours) says what to do about it."""

    type: str = Field("about:blank", description="URI of the kind of problem")
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    remedy: str = ""
    errors: list[dict[str, Any]] = Field(default_factory=list)


TITLES: Mapping[int, str] = {
    400: "Bad request",
    401: "Sign in",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Request too large",
    415: "Unsupported media type",
    422: "Unusable value",
    421: "Unknown host",
    429: "Too many attempts",
    500: "Internal error",
    503: "Not ready",
}


class WebError(Exception):
    """An answer other than success: status, what was wrong, what to do, and further members of the problem."""

    def __init__(self, status: int, detail: str, remedy: str = "", kind: str = "", **members: Any) -> None:
        self.status = status
        self.detail = detail
        self.remedy = remedy
        self.kind = kind
        self.members = members
        super().__init__(detail)


def problem(status: int, detail: str, instance: str, remedy: str = "", kind: str = "", **members: Any) -> JSONResponse:
    """The problem as a response; further members (e.g. both versions of a conflict) stand beside the usual ones."""
    body = Problem(
        type=f"urn:jucuo:problem:{kind}" if kind else "about:blank",
        title=TITLES.get(status, "Error"),
        status=status,
        detail=detail,
        instance=instance,
        remedy=remedy,
    ).model_dump(exclude_defaults=True)
    body.setdefault("type", "about:blank")
    return JSONResponse(body | members, status_code=status, media_type=PROBLEM_TYPE)
