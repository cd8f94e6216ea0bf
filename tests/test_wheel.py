"""The built wheel holds everything it needs and works outside the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(checkout)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("jucuo-*.whl"))


def test_configs_templates_and_the_classifier_are_inside(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "pipeline/_shipped/configs/params.yaml",
        "pipeline/_shipped/configs/taxonomy.yaml",
        "pipeline/_shipped/model/classifier.skops",
        "pipeline/report/templates/report.html.j2",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith(("tests/", "data/")) or name.endswith(".pyc")]


def test_it_runs_in_any_folder(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    plan = tmp_path / "plan.txt"
    plan.write_text(
        "苇塘县教育局2024年工作要点\n一、安全\n1.建设平安校园。每季度排查一次隐患，限期整改到位。\n", "utf-8"
    )
    code = "import pipeline; print(pipeline.__file__); from pipeline.cli.main import main; main()"
    arguments = ["run", "--corpus", str(plan), "--workspace", str(tmp_path / "work")]
    # -P keeps the current folder out; the extracted wheel comes before the checkout's editable install
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(site) in done.stdout
    assert "1 measures" in done.stdout
    assert (tmp_path / "work/processed/report.html").exists()
