"""What routes share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import ImmutableMultiDict

from pipeline.web.library import Library
from pipeline.web.queries.measure import Frames
from pipeline.web.rendering import Page
from pipeline.web.reviewing import ReviewDesk


def page_of(request: Request) -> Page:
    """The page of this request."""
    return Page(request)


def library_of(request: Request) -> Library:
    """The tables."""
    library: Library = request.app.state.library
    return library


def desk_of(request: Request) -> ReviewDesk:
    """The review desk."""
    review: ReviewDesk = request.app.state.review
    return review


DeskDep = Annotated[ReviewDesk, Depends(desk_of)]
PageDep = Annotated[Page, Depends(page_of)]
LibraryDep = Annotated[Library, Depends(library_of)]


def lists(params: ImmutableMultiDict[str, str]) -> dict[str, list[str]]:
    """A query string as name -> values."""
    return {name: params.getlist(name) for name in params}


def frames(library: Library) -> Frames:
    """The frames a measure's page draws on; those of later stages may be empty."""
    return Frames(
        wide=library.wide,
        documents=library.table("documents"),
        assignments=library.optional("assignments"),
        reuse_pairs=library.optional("reuse_pairs"),
        passages=library.optional("passages"),
        families=library.optional("families"),
    )
