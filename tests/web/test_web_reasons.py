"""Reasons for categories: exact sums, texts of neighbours, pages and parts, over a workspace the pipe has made."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from web_workspace import plan_files

import pipeline
from pipeline.settings import Settings
from pipeline.web.app import create_app
from pipeline.web.config import WebConfig
from pipeline.web.explaining import Explainer
from pipeline.web.queries.reasons import shaded
from pipeline.workspace import Workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("reasons")
    pipeline.run(plan_files(folder / "plans"), folder / "work")
    return Workspace(folder / "work")


@pytest.fixture(scope="module")
def app(made: Workspace, settings: Settings) -> FastAPI:
    return create_app(WebConfig(made, settings))


@pytest.fixture
def reader(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


def test_reasons_sum_to_the_score_in_the_tables(reader: TestClient, made: Workspace) -> None:
    assigned = made.read("assignments").filter(pl.col("assigned"))
    assert assigned.height > 5
    for name, category, probability in assigned.select("measure_id", "category", "probability").iter_rows():
        found = reader.get(f"/api/reasons/{name}").json()
        reason = next(r for r in found["categories"] if r["category"] == category)
        assert sum(reason["parts"].values()) == pytest.approx(reason["log_odds"], abs=1e-3)
        assert 1 / (1 + math.exp(-reason["log_odds"])) == pytest.approx(probability, abs=1e-3)
        wording = sum(s["contribution"] for s in reason["sentences"])
        assert wording == pytest.approx(reason["parts"]["wording"], abs=1e-3)
        assert found["classifier"] == found["assigned_by"]


def test_neighbours_have_and_lack_the_category(reader: TestClient, made: Workspace) -> None:
    name = made.read("assignments").filter(pl.col("assigned"))["measure_id"][0]
    reason = reader.get(f"/api/reasons/{name}").json()["categories"][0]
    assert reason["near_with"]
    assert reason["near_without"]
    assert all(reason["category"] in n["labels"] for n in reason["near_with"])
    assert not any(reason["category"] in n["labels"] for n in reason["near_without"])
    assert all(n["text"] and n["title"] and not n["here"] for n in reason["near_with"])


def test_any_category_may_be_asked_about(reader: TestClient, made: Workspace) -> None:
    name = made.read("measures")["measure_id"][0]
    asked = reader.get(f"/api/reasons/{name}", params={"category": ["preschool", "publicity"]}).json()
    assert [r["category"] for r in asked["categories"]] == ["preschool", "publicity"]
    assert reader.get(f"/api/reasons/{name}?category=nonsense").status_code == 422
    assert reader.get("/api/reasons/no/1").status_code == 404


def test_the_page_works_alone_and_as_a_part(reader: TestClient, made: Workspace) -> None:
    name = made.read("assignments").filter(pl.col("assigned"))["measure_id"][0]
    page = reader.get(f"/reasons/{name}").text
    part = reader.get(f"/reasons/{name}?part=1").text
    assert "<h1>" in page
    assert "<html" not in part
    assert "合计" in part
    assert f'data-part="/reasons/{name}?part=1"' in reader.get(f"/measure/{name}").text
    assert "<script>alert" not in "".join(reader.get(f"/reasons/{n}").text for n in made.read("measures")["measure_id"])


def test_shading_keeps_every_character(made: Workspace, app: FastAPI) -> None:
    explainer: Explainer = app.state.explainer
    for name, text in made.read("measures").select("measure_id", "text").iter_rows():
        for reason in explainer.of(name).categories:
            assert "".join(run.text for run in shaded(text, reason)) == text


def test_reasons_are_made_once(app: FastAPI, made: Workspace) -> None:
    explainer: Explainer = app.state.explainer
    name = made.read("measures")["measure_id"][1]
    assert explainer.of(name).categories[0] is explainer.of(name).categories[0]


def test_where_reasons_cannot_be_had_the_page_says_so(client: TestClient) -> None:
    name = "qinghe-2023-aaaaaa/1.1"
    answer = client.get(f"/reasons/{name}")
    assert answer.status_code == 503
    assert "dimensions" in answer.text
    assert client.get(f"/reasons/{name}?part=1").status_code == 200
    assert client.get(f"/api/reasons/{name}").status_code == 503


def test_the_blind_sample_is_shown_without_reasons(reader: TestClient, made: Workspace) -> None:
    from pipeline.review.queues import in_audit

    for name in made.read("assignments")["measure_id"].unique().sort():
        assert ("data-part" in reader.get(f"/review/measure/{name}").text) is not in_audit(name)
