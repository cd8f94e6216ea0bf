"""What a person is told about a corpus, and that it changes nothing by itself."""

from __future__ import annotations

from pathlib import Path

from pipeline.settings import CleanParams, Settings
from pipeline.stages import ingest, segment
from pipeline.stages.checking import findings
from pipeline.stages.corpus import find
from pipeline.workspace import Workspace

PAGE = "临澜教育在线\n临澜市教育局{year}年工作要点\n一、加强学校建设\n1.新建三所小学，新增学位两千个。\n一切为了孩子\n"


def site(folder: Path, years: range) -> Path:
    (folder / "site").mkdir(parents=True, exist_ok=True)
    for year in years:
        (folder / "site" / f"{year}.txt").write_text(PAGE.format(year=year), "utf-8")
    return folder


def test_lines_that_repeat_over_a_folder_are_listed_with_what_to_do(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    ingest.run([site(tmp_path / "corpus", range(2020, 2023))], workspace, Settings())
    found = [row for row in findings(workspace) if row["what"] == "repeated line"]
    assert [row["document"] for row in found] == ["site/", "site/"]
    assert {row["detail"].split("'")[1] for row in found} == {"临澜教育在线", "一切为了孩子"}
    assert all("3 of 3" in row["detail"] and "clean.furniture" in row["detail"] for row in found)


def test_a_document_more_changes_no_other_row(tmp_path: Path) -> None:
    corpus = site(tmp_path, range(2020, 2023))
    before = ingest.ingest(find([corpus]), Settings()).documents
    site(tmp_path, range(2020, 2026))
    after = ingest.ingest(find([corpus]), Settings()).documents
    assert after.height == 6
    assert after.head(3).equals(before)


def test_lines_named_as_furniture_go(tmp_path: Path) -> None:
    settings = Settings(clean=CleanParams(furniture=["临澜教育在线", "一切为了孩子"]))
    documents = ingest.ingest(find([site(tmp_path, range(2020, 2021))]), settings).documents
    assert documents["text"][0].startswith("临澜市教育局2020年工作要点")
    assert documents["text"][0].endswith("新增学位两千个。")
    assert [change["rule"] for change in documents["changes"][0]].count("chrome:furniture") == 2


def test_a_national_report_lacks_no_province_and_pieces_are_told(tmp_path: Path) -> None:
    piece = "各乡镇分工负责，县里逐月督促，资金按进度拨付，质量由专人把关，群众代表全程参与，结果张榜公布。"
    lines = [
        f"加强{name}类项目建设。{piece}\n{piece}\n{piece}" for name in "路桥渠库井站田林果茶桑渔牧粮棉油糖菜药花草木"
    ]
    text = "2024年国务院政府工作报告\n一、今年工作任务\n" + "\n".join(lines)
    (tmp_path / "2024-国务院政府工作报告.txt").write_text(text, "utf-8")
    workspace = Workspace(tmp_path / "work")
    ingest.run([tmp_path / "2024-国务院政府工作报告.txt"], workspace, Settings())
    segment.run(workspace, Settings())
    told = {row["what"]: row["detail"] for row in findings(workspace)}
    assert told == {"printed in pieces": "where 22 of 22 measures begin and end is a guess: flag pieces"}
