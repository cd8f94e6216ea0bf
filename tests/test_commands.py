"""Commands on a small workspace, as a shell would call them."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest
from click.testing import CliRunner, Result
from workspaces import small_workspace

from pipeline.cli.main import cli
from pipeline.errors import JucuoError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_workspace(tmp_path / "work").root


def call(root: Path, *arguments: str, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(cli, [*arguments, "--workspace", str(root)], input=stdin, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def test_families_lists_and_shows_one(root: Path) -> None:
    listed = json.loads(call(root, "families", "--json").stdout)
    assert [(f["family_id"], len(f["members"])) for f in listed] == [("f1", 2)]
    assert "桥西区教育局" in call(root, "families", "--family", "f1").stdout
    empty = call(root, "families", "--min-issuers", "9")
    assert "No family" in empty.stderr


def test_compare_puts_passages_side_by_side(root: Path) -> None:
    found = json.loads(call(root, "compare", "柳湾市教育局", "桥西区教育局", "--json").stdout)
    assert len(found["passages"]) == 1
    assert found["distinctive_share_a"] > 0


def test_compare_over_the_years_of_one_bureau(root: Path) -> None:
    found = json.loads(call(root, "compare", "柳湾市教育局", "--years", "--json").stdout)
    assert found == {"issuer": "柳湾市教育局", "years": [], "changes": []}
    assert "fewer than two known years" in call(root, "compare", "柳湾市教育局", "--years").stderr


@pytest.mark.parametrize("wrong", [["柳湾市教育局"], ["柳湾市教育局", "桥西区教育局", "--years"]])
def test_compare_says_what_it_takes(root: Path, wrong: list[str]) -> None:
    with pytest.raises(JucuoError, match="two bureaus, or one with --years") as caught:
        call(root, "compare", *wrong)
    assert "jucuo compare ISSUER --years" in caught.value.remedy


def test_compare_names_an_unknown_bureau(root: Path) -> None:
    with pytest.raises(JucuoError, match="无名局"):
        call(root, "compare", "无名局", "--years")


def test_issuers_are_exported_as_a_matrix_and_as_a_network(root: Path, tmp_path: Path) -> None:
    matrix = call(root, "export", "--table", "issuers").stdout.splitlines()
    assert matrix[0] == "issuer_a,issuer_b,raw_share,distinctive_share,n_passages,n_chars"
    assert [row.split(",")[:2] for row in matrix[1:]] == [
        ["柳湾市教育局", "桥西区教育局"],
        ["桥西区教育局", "柳湾市教育局"],
    ]
    call(root, "export", "--table", "issuers", "--format", "graphml", "-o", str(tmp_path / "g.graphml"))
    graph = nx.read_graphml(tmp_path / "g.graphml")
    assert graph.nodes["桥西区教育局"]["county"] == "桥西区"
    assert graph.nodes["柳湾市教育局"]["n_documents"] == 1
    assert graph["柳湾市教育局"]["桥西区教育局"]["weight"] == pytest.approx(float(matrix[1].split(",")[3]))
    alone = call(root, "export", "--table", "issuers", "--issuer", "柳湾")
    assert "fewer than two known issuers" in alone.stderr


def test_export_prints_csv_and_says_when_nothing_passes(root: Path) -> None:
    assert call(root, "export", "--year", "2024").stdout.count("qiaoxi-2024-bbbbbb/") == 2
    assert "no measure passes the filters" in call(root, "export", "--year", "1999").stderr


def test_corpus_list_and_check(root: Path) -> None:
    assert len(json.loads(call(root, "corpus", "list", "--json").stdout)) == 2
    found = json.loads(call(root, "corpus", "check", "--json").stdout)
    assert {"document": "bad.pdf", "what": "set aside (broken)", "detail": "no page can be read"} in found


def test_align_two_texts_and_many_from_standard_input(root: Path) -> None:
    a, b = "新建公办幼儿园6所，普惠率达90%以上。", "新建公办幼儿园9所，普惠率达92%以上。"
    assert "near" in call(root, "align", a, b).stdout
    rows = "".join(json.dumps({"id": i, "a": a, "b": t}) + "\n" for i, t in (("x", b), ("y", "完全是另一回事的文字。")))
    answers = [json.loads(line) for line in call(root, "align", "--pairs", "-", stdin=rows).stdout.splitlines()]
    assert [(answer["id"], answer["relation"]) for answer in answers] == [("x", "near"), ("y", "none")]
    assert answers[0]["spans"]


def test_doctor_and_tour_speak_of_this_workspace(root: Path) -> None:
    findings = {f["name"]: f for f in json.loads(call(root, "doctor", "--json").stdout)}
    assert findings["encoder"]["ok"]
    assert "shipped" in findings["classifier"]["found"]
    assert findings["search of vectors"]["found"] == "exact"
    chosen = call(root, "doctor", "--json", "--set", "search.vectors=faiss", "--set", "search.lists=10")
    findings = {f["name"]: f for f in json.loads(chosen.stdout)}
    assert "faiss from 390 measures on" in findings["search of vectors"]["found"]
    facts = json.loads(call(root, "tour", "--json").stdout)
    assert (facts["documents"], facts["measures"], facts["with_category"]) == (2, 4, 3)
