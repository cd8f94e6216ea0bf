from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from pipeline.cli.main import COMMANDS, cli


def jucuo(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    code = "from pipeline.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], input=stdin, capture_output=True, text=True, check=False
    )


def test_help_lists_every_command_and_imports_none_of_the_heavy_libraries() -> None:
    shown = jucuo("--help")
    assert shown.returncode == 0
    for name in COMMANDS:
        assert name in shown.stdout
    show = "cli.main(['--help'], standalone_mode=False); print(sorted(sys.modules))"
    code = f"import sys; from pipeline.cli.main import cli; {show}"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("polars", "numpy", "torch", "sklearn", "mlflow", "pandas"):
        assert f"'{heavy}'" not in modules


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "--help" in result.output


def test_a_missing_workspace_is_one_sentence_and_a_remedy() -> None:
    result = jucuo("families", "--workspace", "nowhere")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert "jucuo run --corpus PATH --workspace nowhere" in result.stderr
    assert result.stdout == ""


def test_unknown_parameters_name_the_nearest() -> None:
    result = jucuo("run", "--set", "embed.batchsize=3")
    assert result.returncode == 2
    assert "did you mean `batch_size`?" in result.stderr


def test_a_corpus_that_is_not_there() -> None:
    result = jucuo("run", "--corpus", "/nowhere/at/all")
    assert result.returncode == 2
    assert "does not exist" in result.stderr
