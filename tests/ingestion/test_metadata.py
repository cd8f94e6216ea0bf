"""Metadata with evidence: from the document's own words, candidates never as facts."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.cleaning import clean
from pipeline.ingestion.metadata import Metadata, extract, slug
from pipeline.ingestion.readers import read
from pipeline.ingestion.types import PageHints
from pipeline.settings import CleanParams, IngestParams

BODY = (
    "\n{year}年，全{level}教育工作坚持稳中求进，着力办好家门口的学校，努力让每一个孩子就近上好学。"
    "\n一、加强学校建设\n1.新建三所小学，新增学位两千个。\n"
)


def of(text: str, path: str = "a.txt", hints: PageHints | None = None) -> Metadata:
    found = extract(text, path=path, hints=hints or PageHints())
    for field, evidence in found.evidence.items():
        if evidence.where == "text":
            printed = text[evidence.start : evidence.end]
            assert printed.replace("\n", "") == evidence.quote.replace("\n", ""), field
    return found


def plan(title: str, year: int = 2023, level: str = "市") -> str:
    return title + BODY.format(year=year, level=level)


def test_the_day_of_signature_comes_before_the_day_of_printing() -> None:
    body = plan("松坪县教育局工作要点")
    signed = of(f"{body}松坪县教育局\n2024年2月28日\n抄送：各校。\n松坪县教育局办公室 2024年2月29日印发")
    assert (signed.published, signed.evidence["published"].rule) == (date(2024, 2, 28), "signature_date")
    printed = of(f"{body}松坪县教育局办公室 2024年2月29日印发")
    assert (printed.published, printed.evidence["published"].rule) == (date(2024, 2, 29), "printing_date")
    assert printed.evidence["published"].inferred


@pytest.mark.parametrize(
    ("title", "issuer", "region", "level"),
    [
        ("清远市教育局2019年工作要点", "清远市教育局", ("广东省", "清远市", None), "city"),
        ("南通市崇川区教育体育局2020年工作计划", "南通市崇川区教育体育局", ("江苏省", "南通市", "崇川区"), "county"),
        ("吉林市教育局2016年工作要点", "吉林市教育局", ("吉林省", "吉林市", None), "city"),
        ("吉林省教育厅2016年工作要点", "吉林省教育厅", ("吉林省", None, None), "province"),
        ("上海市教育委员会2021年工作要点", "上海市教育委员会", ("上海市", None, None), "province"),
        ("上海市浦东新区教育局2021年工作要点", "上海市浦东新区教育局", ("上海市", None, "浦东新区"), "county"),
        ("义乌市教育局2021年工作要点", "义乌市教育局", ("浙江省", "金华市", "义乌市"), "county"),
        ("恩施州教育局2021年工作要点", "恩施州教育局", ("湖北省", "恩施土家族苗族自治州", None), "city"),
        ("教育部2022年工作要点", "教育部", (None, None, None), "national"),
        # bureaus no gazetteer knows
        ("云川省临澜市教育局2023年工作要点", "云川省临澜市教育局", ("云川省", "临澜市", None), "city"),
        ("临澜市澜东区教育局2023年工作要点", "临澜市澜东区教育局", (None, "临澜市", "澜东区"), "county"),
        ("松坪县教育局2023年工作要点", "松坪县教育局", (None, None, "松坪县"), "county"),
        ("云川省教育厅2023年工作要点", "云川省教育厅", ("云川省", None, None), "province"),
        # joint ones
        (
            "中共清远市委教育工委 清远市教育局 2019年工作要点",
            "中共清远市委教育工委、清远市教育局",
            ("广东省", "清远市", None),
            "city",
        ),
        ("关于印发《临澜市教育局2024年工作要点》的通知", "临澜市教育局", (None, "临澜市", None), "city"),
    ],
)
def test_issuer_region_and_level(title: str, issuer: str, region: tuple[str | None, ...], level: str) -> None:
    found = of(plan(title))
    assert found.issuer == issuer
    assert (found.province, found.city, found.county) == region
    assert found.level == level


def test_the_issuer_may_stand_above_the_title() -> None:
    found = of(plan("南通市崇川区教育体育局\n2019年工作总结及2020年工作谋划", 2019))
    assert found.issuer == "南通市崇川区教育体育局"
    assert found.title == "南通市崇川区教育体育局2019年工作总结及2020年工作谋划"
    assert (found.doc_type, found.plan_year) == ("summary_and_plan", 2020)


def test_the_issuer_may_sign_at_the_end() -> None:
    found = of(plan("2023年工作要点") + "松坪县教育局\n2023年3月11日")
    assert (found.issuer, found.published) == ("松坪县教育局", date(2023, 3, 11))
    assert found.evidence["issuer"].rule == "signature"
    assert found.evidence["published"].rule == "signature_date"


def test_the_issuer_may_only_open_the_text() -> None:
    text = (
        "教育局年度工作计划\n2022年，松坪县教育局以办好山区群众满意的教育为目标，"
        "着力解决三大难题，全面推进各项工作。\n一、办学条件\n"
    )
    assert of(text).issuer == "松坪县教育局"


def test_a_name_completed_by_another_line() -> None:
    found = of("临澜市澜东区人民政府\n" + plan("澜东区教育局2024年工作计划", 2024))
    assert (found.issuer, found.city, found.county) == ("临澜市澜东区教育局", "临澜市", "澜东区")


def test_places_in_the_text_stay_candidates() -> None:
    text = (
        plan("教育局科学发展实施意见").replace("全市", "我区")
        + "2.巩固浙江省示范区成果，办好“钱塘”讲堂，做优“钱塘”品牌。\n"
    )
    found = of(text)
    assert (found.issuer, found.province, found.city, found.county) == (None, None, None, None)
    assert found.level == "county"
    assert found.evidence["level"].inferred
    city = found.evidence["city"].candidates
    assert city[0].value == "浙江省杭州市"
    assert text[city[0].start : city[0].end] == city[0].quote == "钱塘"
    assert found.evidence["issuer"].candidates[0].value == "教育局"


def test_a_bureau_of_the_only_city_is_completed_and_marked() -> None:
    text = plan("市教育局2023年工作重点") + "2.办好台州开放大学，打响“学在台州”品牌，推动椒江校区建设。\n"
    found = of(text)
    assert (found.issuer, found.province, found.city) == ("台州市教育局", "浙江省", "台州市")
    assert found.evidence["issuer"].inferred
    assert found.evidence["city"].inferred
    two = of(text + "3.与温州市结对，向温州学习。\n")
    assert (two.issuer, two.city) == (None, None)
    assert {candidate.value for candidate in two.evidence["city"].candidates} == {"浙江省台州市", "浙江省温州市"}


@pytest.mark.parametrize(
    ("text", "year", "rule"),
    [
        (plan("松坪县教育局2024年工作要点", 2024), 2024, "title"),
        (
            "松坪县教育局工作要点\n一、2023年工作回顾\n成效明显。\n二、2024年工作安排\n1.新建学校。\n",
            2024,
            "plan_heading",
        ),
        (
            "松坪县教育局工作要点\n一、2023年工作回顾\n成效明显。\n二、下一步打算\n1.新建学校。\n",
            2024,
            "review_heading",
        ),
        (plan("松坪县教育局工作要点", 2022, "县"), 2022, "opening"),
        ("政府工作报告\n——2025年1月9日在松坪县第十八届人民代表大会第四次会议上\n各位代表：\n", 2025, "congress_date"),
    ],
)
def test_plan_year(text: str, year: int, rule: str) -> None:
    found = of(text)
    assert found.plan_year == year
    assert found.evidence["plan_year"].rule == rule


def test_the_upload_date_is_never_the_plan_year() -> None:
    text = "教育局科学发展实施意见\n一、指导思想\n坚持公平优质。\n1、制定实施十二五规划，谋划新时期发展思路。\n"
    found = of(
        text,
        hints=PageHints(
            posted=date(2022, 2, 28), posted_quote="时间:2022-02-28", posted_span=(0, 13), posted_rule="page_field"
        ),
    )
    assert found.plan_year is None
    assert [candidate.value for candidate in found.evidence["plan_year"].candidates] == [2010, 2011]
    assert found.posted == date(2022, 2, 28)
    assert found.evidence["posted"].where == "source"


def test_a_plan_for_several_years_is_for_none_of_them() -> None:
    assert of("松坪县教育发展规划（2021-2025年）\n一、目标\n1.新建学校。\n").plan_year is None


def test_a_file_name_is_weak_evidence() -> None:
    text = (
        "各位代表：\n现在，我代表国务院，向大会作政府工作报告，请予审议，"
        "并请全国政协委员提出意见。\n一、过去五年工作回顾\n"
    )
    found = of(text, "national/2013-国务院政府工作报告.txt")
    assert (found.issuer, found.level, found.plan_year) == ("国务院", "national", 2013)
    assert found.evidence["plan_year"].where == "path"
    assert found.evidence["plan_year"].inferred
    assert of(text, "x.txt").plan_year is None


def test_conflicts_are_shown() -> None:
    found = of(plan("松坪县教育局2024年工作要点") + "岚浦县教育局\n2024年3月1日")
    assert found.issuer == "松坪县教育局"
    assert found.evidence["issuer"].conflict
    assert found.evidence["issuer"].candidates[0].value == "岚浦县教育局"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("某市教育局2023年工作要点", "work_points"),
        ("市教育局2023年工作重点", "work_points"),
        ("2023年重点工作", "work_points"),
        ("2022年工作总结及2023年工作打算", "summary_and_plan"),
        ("2023年工作计划", "plan"),
        ("关于学前教育的实施意见", "opinion"),
        ("2026年上海市政府工作报告", "government_report"),
        ("情况通报", "other"),
    ],
)
def test_doc_type(title: str, kind: str) -> None:
    assert of(title + "\n一、加强学校建设\n").doc_type == kind


def test_chinese_dates() -> None:
    assert of(plan("松坪县教育局工作要点") + "松坪县教育局\n二○二三年三月十一日").published == date(2023, 3, 11)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("清远市教育局2019年工作要点", "qingyuan-2019"),
        ("南通市崇川区教育局2020年计划", "chongchuan-2020"),
        ("陕西省教育厅2020年计划", "shaanxi-2020"),
        ("广西壮族自治区教育厅2020年计划", "guangxi-2020"),
        ("关于学校的通知", "unknown-undated"),
        ("云川省临澜市教育局2023年工作要点", "linlan-2023"),
        ("教育部2022年工作要点", "jiaoyubu-2022"),
    ],
)
def test_slug(title: str, expected: str) -> None:
    assert slug(of(title + "\n一、加强学校建设\n")) == expected


def test_evidence_is_stable_json() -> None:
    found = of(plan("清远市教育局2019年工作要点"))
    parsed = json.loads(found.evidence_json())
    assert set(parsed) == {
        "title",
        "issuer",
        "province",
        "city",
        "county",
        "level",
        "doc_type",
        "plan_year",
        "published",
        "posted",
    }
    assert parsed["city"]["rule"] == "issuer_name"
    assert found.evidence_json() == of(plan("清远市教育局2019年工作要点")).evidence_json()


def real(file: Path, root: Path) -> Metadata:
    source = read(file.read_bytes(), file.relative_to(root).as_posix(), IngestParams()).documents[0]
    return of(clean(source.text, CleanParams()).text, source.path, source.hints)


@pytest.mark.real
def test_the_reports_agree_with_their_manifest(real_corpus: Path) -> None:
    with (real_corpus / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 46
    for row in rows:
        found = real(real_corpus / row["path"], real_corpus)
        assert (found.issuer or "").startswith(row["issuer"]), row
        assert found.plan_year == int(row["year"]), row
        assert found.level == ("national" if row["issuer"] == "国务院" else "province"), row
        assert found.doc_type == "government_report", row


@pytest.mark.real
def test_the_seeds(real_corpus: Path) -> None:
    found = [real(file, real_corpus) for file in sorted((real_corpus / "seeds").glob("*.txt"))]
    facts = [(m.issuer, m.province, m.city, m.county, m.level, m.plan_year, m.posted) for m in found]
    assert facts == [
        (None, None, None, None, "county", None, date(2022, 2, 28)),
        ("中共清远市委教育工委、清远市教育局", "广东省", "清远市", None, "city", 2019, None),
        ("台州市教育局", "浙江省", "台州市", None, "city", 2023, None),
        ("南通市崇川区教育体育局", "江苏省", "南通市", "崇川区", "county", 2020, date(2020, 9, 3)),
        ("吉林市教育局", "吉林省", "吉林市", None, "city", 2016, date(2016, 3, 17)),
    ]
    assert found[0].evidence["city"].candidates[0].value == "浙江省杭州市"
    assert {candidate.value for candidate in found[0].evidence["plan_year"].candidates} == {2010, 2011}
