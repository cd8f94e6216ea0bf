"""Decisions out and in: label file, Label Studio, CSV, XLSX."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import HTMLResponse, Response

from pipeline.errors import JucuoError
from pipeline.review import exchange, spreadsheets
from pipeline.review.exchange import Incoming, Proposal
from pipeline.review.incoming import plan
from pipeline.review.queues import QUEUES
from pipeline.review.store import ConflictError
from pipeline.web import finding
from pipeline.web.problems import WebError
from pipeline.web.reviewing import ReviewDesk
from pipeline.web.routes.common import DeskDep, LibraryDep, PageDep, lists
from pipeline.web.routes.exporting import MEDIA
from pipeline.web.routes.review import need_name, new_key
from pipeline.web.security import require_csrf

router = APIRouter(prefix="/review", include_in_schema=False)

Format = Literal["jsonl", "label-studio", "label-config", "csv", "xlsx"]
ENDINGS = {"label-studio": "json", "label-config": "xml"}
TYPES = {"label-studio": "application/json", "label-config": "application/xml", **MEDIA}


def body_of(review: ReviewDesk, fmt: Format, ids: list[str]) -> bytes:
    """Measures and decisions in a format."""
    if fmt == "jsonl":
        rows = (json.dumps(row, ensure_ascii=False, sort_keys=True) for row in review.exported().rows)
        return "".join(row + "\n" for row in rows).encode()
    if fmt == "label-config":
        return exchange.label_config(review.library.codebook).encode()
    items = review.outgoing(ids)
    if fmt == "label-studio":
        return exchange.to_label_studio(items, review.desk.model_digest).encode()
    return spreadsheets.to_csv(items).encode() if fmt == "csv" else spreadsheets.to_xlsx(items)


@router.get("/export")
def export(
    page: PageDep,
    library: LibraryDep,
    review: DeskDep,
    fmt: Annotated[Format, Query(alias="format")] = "jsonl",
    queue: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Download: `jsonl` has everything settled, the others the measures of a queue or of a search."""
    request = finding.read(lists(page.request.query_params), library)
    known = next((name for name in QUEUES if name == queue), None)
    ids = (
        review.listing(known, request.filters, page.reviewer)
        if known
        else finding.find(library, request).rows["measure_id"].to_list()
    )
    name = "reviewed.jsonl" if fmt == "jsonl" else f"jucuo-review.{ENDINGS.get(fmt, fmt)}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body_of(review, fmt, ids), media_type=TYPES[fmt], headers=headers)


@router.post("/write")
def write(page: PageDep, review: DeskDep, csrf: Annotated[str, Form(max_length=200)] = "") -> HTMLResponse:
    """Write the label file of the workspace, which the next `dvc repro` trains on."""
    require_csrf(page.request, csrf)
    need_name(page)
    found = review.write_reviewed()
    return page.render("review_written.html.j2", found=found, total=len(found.rows))


def incoming(name: str, data: bytes, library: LibraryDep) -> Incoming:
    """What an uploaded file proposes; raises JucuoError for a file that cannot be read."""
    if name.lower().endswith(".xlsx"):
        return spreadsheets.from_xlsx(data, library.codebook)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel in China saves CSV as GB18030 unless told otherwise.
        text = data.decode("gb18030", errors="strict")
    if name.lower().endswith(".json"):
        return exchange.from_label_studio(text, library.codebook)
    return spreadsheets.from_csv(text, library.codebook)


def own(proposals: Sequence[Proposal]) -> list[Proposal]:
    """A file's proposals as those of whoever sends it: nobody records under another's account, a comment names them."""
    mine: dict[tuple[str, frozenset[str], str | None], Proposal] = {}
    for proposal in proposals:
        named = f"({proposal.annotator}) {proposal.comment}".strip() if proposal.annotator else proposal.comment
        says = (proposal.measure_id, frozenset(proposal.labels.labels), proposal.labels.primary)
        mine.setdefault(says, replace(proposal, annotator="", comment=named))
    return list(mine.values())


@router.post("/import")
def take_in(
    page: PageDep,
    library: LibraryDep,
    review: DeskDep,
    file: Annotated[UploadFile, File()],
    csrf: Annotated[str, Form(max_length=200)] = "",
    confirm: Annotated[str, Form(max_length=10)] = "",
) -> HTMLResponse:
    """Take in a file: what is new is recorded as one step, what contradicts is shown and left alone."""
    require_csrf(page.request, csrf)
    reviewer = need_name(page)
    data = file.file.read()
    try:
        found = incoming(file.filename or "", data, library)
    except (JucuoError, UnicodeDecodeError) as error:
        cause = error.cause if isinstance(error, JucuoError) else "the file is neither UTF-8 nor GB18030"
        raise WebError(422, cause, getattr(error, "remedy", ""), "import") from error
    digest = hashlib.sha256(data).hexdigest()
    proposals = own(found.proposals) if page.visitor.accounts else found.proposals
    planned = plan(proposals, review.fold, review.desk, review.desk.digests, reviewer, digest)
    if confirm:
        try:
            review.store.append(planned.drafts)
        except ConflictError as conflict:
            raise WebError(409, str(conflict), "Import the file again.", "import-changed") from conflict
    return page.render(
        "review_import.html.j2",
        found=found,
        plan=planned,
        done=bool(confirm),
        name=file.filename or "",
        csrf=page.csrf,
        key=new_key(),
    )
