"""How fast and how large pages are: `python experiments/benchmarks/page_speed.py --measures 100000`.

Makes a workspace of recombined clauses of a real one (seeded, as `search_speed.py`), serves it with `jucuo`'s own
application and asks for each kind of page over HTTP, another measure, bureau or word each time. Writes the table to
`experiments/results/pages.md`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import polars as pl
from search_speed import made_measures, made_vectors

from pipeline.cleaning.offsets import OffsetMap
from pipeline.embedding.centring import fit_mean
from pipeline.resources import shipped
from pipeline.review.models import Draft, Labels
from pipeline.review.store import Store
from pipeline.schemas import TABLES
from pipeline.settings import Settings, load
from pipeline.web.app import create_app
from pipeline.web.config import WebConfig
from pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "experiments/results/pages.md"
A_DOCUMENT = 40
"""Measures a made document has; real plans have 15 to 70."""

BUREAUS, DECISIONS, PAIRS = 400, 2000, 3
WORDS = ("教师", "安全", "课堂", "经费", "学前教育", "体育", "校园 消防", "双减", "质量", "培训")


def made_documents(base: pl.DataFrame, measures: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Documents whose text is their measures one after another; source and clean text are the same."""
    places = [f"第{i:03d}县" for i in range(BUREAUS)]
    rows = []
    template = base.row(0, named=True)
    for number, texts in enumerate(measures.group_by("doc_id", maintain_order=True).agg("text")["text"]):
        text, place = "\n".join(texts), places[int(rng.integers(BUREAUS))]
        issuer = f"{place}教育局"
        own = {"doc_id": f"d{number:06d}", "text": text, "source_text": text, "title": f"{issuer}工作要点"}
        own |= {"issuer": issuer, "joint_issuers": [issuer], "county": place, "plan_year": 2015 + number % 10}
        offsets = OffsetMap.identity(len(text))
        maps = {f"map_{part}": getattr(offsets, part).tolist() for part in ("clean", "source", "length")}
        rows.append(template | own | maps | {"changes": [], "damaged": []})
    return pl.DataFrame(rows, schema=TABLES["documents"].schema)


def placed(measures: pl.DataFrame) -> pl.DataFrame:
    """Measures given to documents, forty each, with their places in them."""
    number = pl.int_range(pl.len())
    doc = pl.concat_str(pl.lit("d"), (number // A_DOCUMENT).cast(pl.String).str.zfill(6))
    found = measures.with_columns(
        doc_id=doc, ordinal=number % A_DOCUMENT + 1, n_chars=pl.col("text").str.len_chars().cast(pl.Int64)
    )
    end = (pl.col("n_chars") + 1).cum_sum().over("doc_id") - 1
    return found.with_columns(
        measure_id=pl.concat_str("doc_id", pl.lit("/"), pl.col("ordinal").cast(pl.String)),
        start=end - pl.col("n_chars"),
        end=end,
        source_start=end - pl.col("n_chars"),
        source_end=end,
        targets=pl.lit([], dtype=measures.schema["targets"]),
        citations=pl.lit([], dtype=measures.schema["citations"]),
        number=pl.col("ordinal").cast(pl.String) + ".",
    )


def made_assignments(base: pl.DataFrame, source: pl.Series, names: pl.Series) -> pl.DataFrame:
    """Each measure gets the categories of the real one it stands for."""
    who = pl.DataFrame({"was": source, "now": names})
    joined = who.join(base, left_on="was", right_on="measure_id", maintain_order="left").rename({"now": "measure_id"})
    return joined.select(base.columns)


def made_shared(measures: pl.DataFrame, rng: np.random.Generator) -> dict[str, pl.DataFrame]:
    """Families of three, and a passage and a pair for every two members, over a tenth of the measures."""
    chosen = measures[np.sort(rng.choice(measures.height, measures.height // 10, replace=False))]
    rows: dict[str, list[dict[str, Any]]] = {"families": [], "passages": [], "reuse_pairs": []}
    members = list(chosen.iter_rows(named=True))
    for at in range(0, len(members) - PAIRS, PAIRS):
        trio = members[at : at + PAIRS]
        for i, one in enumerate(trio):
            rows["families"].append(_member(at, one, first=i == 0))
            for other in trio[i + 1 :]:
                a, b = (one, other) if one["measure_id"] < other["measure_id"] else (other, one)
                rows["reuse_pairs"].append(_pair(a, b))
                rows["passages"].append(_passage(a, b))
    return {name: pl.DataFrame(found, schema=TABLES[name].schema) for name, found in rows.items()}


def _member(at: int, one: dict[str, Any], *, first: bool) -> dict[str, Any]:
    own = {"family_id": f"f{at:06d}", "measure_id": one["measure_id"], "is_medoid": first, "similarity": 1.0}
    return own | {"n_members": 3, "n_issuers": 3, "first_year": 2015, "first_issuer": "", "relation": "near"}


def _pair(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    shares = dict.fromkeys(
        ("edit_similarity", "containment_a", "containment_b", "weighted_jaccard", "cosine", "distinctive"), 0.9
    )
    own = {"a": a["measure_id"], "b": b["measure_id"], "relation": "near", "same_issuer": False, "years_apart": 1}
    return own | shares


def _passage(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"passage_id": f"{a['measure_id']}-{b['measure_id']}", "n_chars": 40, "identity": 0.9}
    for side, one in (("a", a), ("b", b)):
        end = min(one["start"] + 40, one["end"])
        found |= {f"{side}_doc": one["doc_id"], f"{side}_measure": one["measure_id"]}
        found |= {f"{side}_{p}start": one["start"] for p in ("", "source_")}
        found |= {f"{side}_{p}end": end for p in ("", "source_")}
    return found | {"information": 30.0, "origin": "horizontal", "direction": "a_first"}


def make(base: Workspace, root: Path, n: int) -> Workspace:
    """The workspace, written to disk."""
    rng, work = np.random.default_rng(0), Workspace(root)
    real = base.read("measures")
    made = made_measures(real.with_columns(was=pl.col("measure_id")), n, rng)
    measures = placed(made)
    work.write("documents", made_documents(base.read("documents"), measures, rng))
    work.write("measures", measures.select(real.columns))
    work.write("assignments", made_assignments(base.read("assignments"), made["was"], measures["measure_id"]))
    for name, frame in made_shared(measures, rng).items():
        work.write(name, frame)
    outlines = [{"doc_id": d, "headings": [], "skipped": [], "n_measures": A_DOCUMENT} for d in _unique(measures)]
    work.write_jsonl("interim/outlines.jsonl", outlines)
    work.write_jsonl("interim/rejected.jsonl", [])
    vectors = np.load(base.path("features/vectors.npy"))
    work.write_array("features/vectors.npy", made_vectors(vectors, n, rng))
    work.write_array("features/search/headlines.npy", made_vectors(vectors, n, rng))
    card = base.read_json("features/vectors.json")
    card["centring"]["mean"] = [float(x) for x in fit_mean(vectors)]
    work.write_json("features/vectors.json", card)
    return work


def _unique(measures: pl.DataFrame) -> list[str]:
    return measures["doc_id"].unique(maintain_order=True).to_list()


def decided(config: WebConfig, ids: list[str]) -> None:
    """Some decisions, for pages of review draw on them."""
    store = Store(config.database_url)
    drafts = [
        Draft(f"bench-{i:06d}", name, f"r{i % 4}", "correct", 0, Labels(("publicity",), "publicity"), batch=f"b{i}")
        for i, name in enumerate(ids[:DECISIONS])
    ]
    store.append(drafts)
    store.close()


class Served:
    """The application on a port of its own."""

    def __init__(self, config: WebConfig) -> None:
        import uvicorn

        self._server = uvicorn.Server(uvicorn.Config(create_app(config), port=0, log_level="error"))
        threading.Thread(target=self._server.run, daemon=True).start()
        while not self._server.started:
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True


def addresses(work: Workspace, rounds: int) -> dict[str, list[str]]:
    """For each kind of page `rounds` addresses of different things."""
    rng = np.random.default_rng(1)
    documents = work.read("documents").select("doc_id", "issuer")
    ids = work.read("measures")["measure_id"]
    families = work.read("families")["family_id"].unique().sort()
    pick = [ids[int(i)] for i in rng.integers(0, len(ids), rounds)]
    issuers = [documents["issuer"][int(i)] for i in rng.integers(0, documents.height, rounds)]
    words = [WORDS[i % len(WORDS)] for i in range(rounds)]
    return {
        "overview": ["/"] * rounds,
        "search, all": ["/search"] * rounds,
        "search by words": [f"/search?q={w}&mode=words" for w in words],
        "search, one bureau": [f"/search?issuer={i}" for i in issuers],
        "search by words, API": [f"/api/search?q={w}" for w in words],
        "similar to a measure": [f"/search?like={m}" for m in pick],
        "similar, other bureaus": [f"/search?like={m}&others=1" for m in pick],
        "similar, one bureau": [f"/search?like={m}&issuer={i}" for m, i in zip(pick, issuers, strict=True)],
        "measure": [f"/measure/{m}" for m in pick],
        "reasons of a measure": [f"/reasons/{m}?part=1" for m in pick],
        "document": [f"/document/{m.split('/')[0]}" for m in pick],
        "document beside source": [f"/document/{m.split('/')[0]}?view=source" for m in pick],
        "documents": ["/documents"] * rounds,
        "families": ["/families"] * rounds,
        "family": [f"/family/{families[int(i)]}" for i in rng.integers(0, len(families), rounds)],
        "two bureaus": [f"/compare?a={a}&b={b}" for a, b in zip(issuers, issuers[1:] + issuers[:1], strict=True)],
        "review": ["/review"] * rounds,
        "review, one measure": [f"/review/measure/{m}" for m in pick],
        "review, next": ["/review/next?queue=doubtful"] * rounds,
    }


def timed(client: httpx.Client, urls: list[str]) -> dict[str, Any]:
    """Milliseconds, of the clock and of all cores, and kilobytes of some addresses, the first asked beforehand."""
    spent, sizes, computed = [], [], []
    client.get(urls[0], follow_redirects=True).raise_for_status()
    for url in urls:
        start, before = time.perf_counter(), time.process_time()
        answer = client.get(url, follow_redirects=True)
        spent.append((time.perf_counter() - start) * 1000)
        computed.append((time.process_time() - before) * 1000)
        answer.raise_for_status()
        sizes.append(len(answer.content) / 1000)
    return {
        "p50": float(np.percentile(spent, 50)),
        "p95": float(np.percentile(spent, 95)),
        "cpu": float(np.percentile(computed, 95)),
        "kB": max(sizes),
    }


def largest(base: Workspace) -> list[str]:
    """The view that is heaviest for each document of the workspace the measures come from."""
    return [f"/document/{name}?view=source" for name in base.read("documents")["doc_id"]]


def measured(base: Workspace, n: int, rounds: int, settings: Settings) -> list[dict[str, Any]]:
    """A row for each kind of page."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="jucuo-pages-") as folder:
        work = make(base, Path(folder), n)
        config = WebConfig(work, settings)
        decided(config, work.read("measures")["measure_id"].to_list())
        rows += _asked(config, addresses(work, rounds))
    rows += _asked(WebConfig(base, settings), {"beside source, the real documents": largest(base) * 6})
    return rows


def _asked(config: WebConfig, kinds: dict[str, list[str]]) -> list[dict[str, Any]]:
    served = Served(config)
    rows = []
    with httpx.Client(base_url=served.url, timeout=300) as client:
        if "review" in kinds:
            csrf = client.get("/review").text.split('name="csrf" value="')[1].split('"')[0]
            client.post("/review/name", data={"name": "bench", "csrf": csrf})
        for name, urls in kinds.items():
            rows.append({"page": name, **timed(client, urls)})
            print(rows[-1], flush=True)
    served.stop()
    return rows


def main() -> None:
    """Run the benchmark and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=Path("data"))
    parser.add_argument("--measures", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    settings = load(shipped("configs/params.yaml"))
    rows = measured(Workspace(arguments.workspace), arguments.measures, arguments.rounds, settings)
    lines = ["| page | p50 ms | p95 ms | p95 CPU ms | largest kB |", "|---|---:|---:|---:|---:|"]
    lines += [f"| {r['page']} | {r['p50']:.0f} | {r['p95']:.0f} | {r['cpu']:.0f} | {r['kB']:.0f} |" for r in rows]
    load_now = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    text = (
        f"# Pages with {arguments.measures:,} measures\n\n"
        f"`python experiments/benchmarks/page_speed.py`, {arguments.rounds} requests a page over HTTP on "
        f"{os.cpu_count()} cores (load average {load_now} at the end), another measure, bureau or word each time. "
        "CPU is that of server and client together, on all cores: what the clock shows where nothing else runs. "
        "Sizes are uncompressed HTML. Reasons come after their page; here each made headline is encoded first, which "
        "in a workspace of the pipe is cached.\n\n"
    )
    arguments.output.write_text(text + "\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
