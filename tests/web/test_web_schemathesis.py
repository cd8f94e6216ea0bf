"""The API against its own description: many odd requests, no 5xx, answers as described."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from web_workspace import make

from pipeline.resources import shipped
from pipeline.settings import load
from pipeline.web.app import create_app
from pipeline.web.config import WebConfig

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed (pip install schemathesis)")
EXAMPLES = int(os.environ.get("JUCUO_API_EXAMPLES", "8"))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    return create_app(WebConfig(make(folder), load(shipped("configs/params.yaml"))))


def test_no_request_breaks_the_server_and_answers_are_as_described(fuzzed: FastAPI) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", fuzzed)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 12
    for operation in operations:
        _try(operation)


def _try(operation: Any) -> None:
    phases = (Phase.explicit, Phase.generate)

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=phases, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        # A search by meaning of arbitrary text would load the model: 5 s, and it is tested with the pipe.
        if case.query and case.query.get("mode") == "meaning":
            case.query["mode"] = "words"
        response = case.call()
        assert response.status_code < 500, (case.as_curl_command(), response.text)
        checks = schemathesis.checks
        if response.status_code < 400:
            case.validate_response(response, checks=[checks.not_a_server_error, schemathesis_conformance()])
        else:
            kind = response.headers["content-type"]
            assert "application/problem+json" in (kind[0] if isinstance(kind, list) else kind), (
                case.as_curl_command(),
                kind,
            )

    check()


def schemathesis_conformance() -> Any:
    from schemathesis.specs.openapi.checks import response_schema_conformance

    return response_schema_conformance
