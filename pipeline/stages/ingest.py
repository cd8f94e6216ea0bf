"""Files to documents: read, clean, describe; what cannot be used is set aside with its reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.cleaning import Cleaned, clean
from pipeline.ingestion.metadata import Metadata, extract, slug
from pipeline.ingestion.readers import read
from pipeline.ingestion.types import SourceDocument
from pipeline.schemas import DOCUMENTS
from pipeline.settings import Settings
from pipeline.stages.corpus import CorpusFile, CorpusListing, find
from pipeline.stages.progress import Progress, silent
from pipeline.workspace import Workspace

ID_DIGITS = 6


@dataclass(frozen=True)
class Ingested:
    """The documents table and the files set aside (`path`, `reason`, `detail`)."""

    documents: pl.DataFrame
    rejected: list[dict[str, str]]


def _lead(issuers: list[str]) -> str | None:
    """The bureau among joint issuers: its Party committee signs one year and not the next, the bureau always does."""
    return next((name for name in issuers if not name.startswith("中共")), issuers[0] if issuers else None)


def _row(document: SourceDocument, cleaned: Cleaned, metadata: Metadata) -> dict[str, Any]:
    issuers = metadata.issuer.split("、") if metadata.issuer else []
    return {
        "doc_id": f"{slug(metadata)}-{document.sha256[:ID_DIGITS]}",
        "source_path": document.path,
        "sha256": document.sha256,
        "encoding": document.encoding,
        "media_type": document.media_type,
        "source_text": document.text,
        "text": cleaned.text,
        "title": metadata.title,
        "issuer": _lead(issuers),
        "joint_issuers": issuers,
        "province": metadata.province,
        "city": metadata.city,
        "county": metadata.county,
        "level": metadata.level,
        "doc_type": metadata.doc_type,
        "plan_year": metadata.plan_year,
        "published": metadata.published,
        "posted": metadata.posted,
        "script": cleaned.script,
        "n_removed_chars": cleaned.n_removed_chars,
        "n_repaired": cleaned.n_repaired,
        "n_damaged": cleaned.n_damaged,
        "evidence": json.dumps(
            {name: asdict(found) for name, found in sorted(metadata.evidence.items())},
            ensure_ascii=False,
            sort_keys=True,
            default=str,
        ),
        "map_clean": cleaned.offsets.clean.tolist(),
        "map_source": cleaned.offsets.source.tolist(),
        "map_length": cleaned.offsets.length.tolist(),
        "damaged": [{"start": start, "end": end} for start, end in cleaned.damaged_spans],
        "changes": [asdict(change) for change in cleaned.changes],
    }


def _rejection(path: str, reason: str, detail: str) -> dict[str, str]:
    return {"path": path, "reason": reason, "detail": detail}


def _duplicates(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Keep the first document of each digest; the others are set aside and name the one that was kept."""
    kept: dict[str, dict[str, Any]] = {}
    rejected = []
    for row in rows:
        first = kept.setdefault(row["sha256"], row)
        if first is not row:
            rejected.append(
                _rejection(row["source_path"], "duplicate", f"the same bytes as {first['source_path']}, which was used")
            )
    return list(kept.values()), rejected


def _distinct_ids(rows: list[dict[str, Any]]) -> None:
    """Lengthen ids that six digits of the digest do not tell apart (1 in 16 million a pair of one bureau's year)."""
    seen: dict[str, int] = {}
    for row in rows:
        seen[row["doc_id"]] = seen.get(row["doc_id"], 0) + 1
    for row in rows:
        if seen[row["doc_id"]] > 1:
            row["doc_id"] = row["doc_id"][:-ID_DIGITS] + row["sha256"][: 3 * ID_DIGITS]


def _read_file(file: CorpusFile, settings: Settings) -> tuple[list[SourceDocument], list[dict[str, str]]]:
    try:
        size = file.path.stat().st_size
        limit = settings.ingest.max_file_mb * 1_000_000
        if size > limit:
            detail = f"{size / 1e6:.0f} MB, the limit is {settings.ingest.max_file_mb:g}; raise ingest.max_file_mb"
            return [], [_rejection(file.name, "too_large", detail)]
        data = file.path.read_bytes()
    except OSError as error:
        detail = f"{error.strerror or error}; check the permissions and that it is a regular file"
        return [], [_rejection(file.name, "unreadable", detail)]
    result = read(data, file.name, settings.ingest)
    return result.documents, [_rejection(r.path, r.reason, r.detail) for r in result.rejected]


def ingest(listing: CorpusListing, settings: Settings, progress: Progress = silent) -> Ingested:
    """Read every listed file; one bad file never stops the others. Rows are sorted by source path."""
    rows: list[dict[str, Any]] = []
    rejected = [_rejection(name, "unreadable", reason) for name, reason in listing.unreadable]
    for done, file in enumerate(listing.files):
        progress("reading documents", done, len(listing.files))
        sources, refused = _read_file(file, settings)
        rejected.extend(refused)
        for source in sources:
            cleaned = clean(source.text, settings.clean)
            if not cleaned.text.strip():
                rejected.append(_rejection(source.path, "no_text", "nothing is left after cleaning; is it a scan?"))
                continue
            rows.append(_row(source, cleaned, extract(cleaned.text, path=source.path, hints=source.hints)))
    progress("reading documents", len(listing.files), len(listing.files))
    rows.sort(key=lambda row: row["source_path"])
    rows, doubles = _duplicates(rows)
    _distinct_ids(rows)
    rejected = sorted(rejected + doubles, key=lambda r: (r["path"], r["reason"]))
    return Ingested(pl.DataFrame(rows, schema=DOCUMENTS.schema, orient="row"), rejected)


def corpus_digest(documents: pl.DataFrame) -> str:
    """sha256 over the sorted digests of the documents: what the corpus is, whatever its files are called."""
    digests: Iterable[str] = documents["sha256"].sort()
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def run(paths: Sequence[Path], workspace: Workspace, settings: Settings, progress: Progress = silent) -> Ingested:
    """The stage: files below `paths` to `interim/documents.parquet`, `interim/rejected.jsonl` and metrics."""
    result = ingest(find(paths), settings, progress)
    documents = result.documents
    workspace.write("documents", documents)
    workspace.write_jsonl("interim/rejected.jsonl", result.rejected)
    workspace.write_json(
        "metrics/ingest.json",
        {
            "corpus_digest": corpus_digest(documents),
            "n_documents": documents.height,
            "n_rejected": len(result.rejected),
            "n_chars": int(documents["text"].str.len_chars().sum()),
            "n_removed_chars": int(documents["n_removed_chars"].sum()),
            "n_repaired": int(documents["n_repaired"].sum()),
            "n_damaged": int(documents["n_damaged"].sum()),
            "n_without_issuer": documents["issuer"].null_count(),
            "n_without_year": documents["plan_year"].null_count(),
        },
    )
    return result
