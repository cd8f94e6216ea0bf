"""Marks, digits, blanks, line breaks and tables as official Chinese has them."""

from __future__ import annotations

import pytest

from pipeline.cleaning import clean
from pipeline.settings import CleanParams


def of(text: str) -> str:
    return clean(text, CleanParams()).text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("加强管理,提高质量;完善机制:", "加强管理，提高质量；完善机制："),
        ("1.加强管理", "1.加强管理"),
        ("1、加强管理", "1、加强管理"),
        ("１．加强管理", "1.加强管理"),
        ("(一)加强管理", "（一）加强管理"),
        ("(1)加强管理", "(1)加强管理"),
        ("守则(2015版)", "守则（2015版）"),
        ("县(市、区)教育局", "县（市、区）教育局"),
        ("增长6.5%,投资1,231万元,占比达98.5％", "增长6.5%，投资1,231万元，占比达98.5%"),
        ("时间为9:30,地点不变", "时间为9:30，地点不变"),
        ("２００１年增长６．５％－７％", "2001年增长6.5%-7%"),
        ("“互联网+教育”,STEM(科学)教育", "“互联网+教育”，STEM（科学）教育"),
        ("Room 101, Block B (east)", "Room 101, Block B (east)"),
        ('推进"双减"工作', "推进“双减”工作"),
        ("语文、数学...等学科", "语文、数学……等学科"),
        ("――2026年工作", "——2026年工作"),
        ("阿依努尔•买买提", "阿依努尔·买买提"),
        ("增加到39.8 万亿元", "增加到39.8万亿元"),
        ("从1 9 9 3 年3 月起", "从1993年3月起"),
        ("努力。 一、抓好重点 一是党建", "努力。 一、抓好重点 一是党建"),
        ("第七期 “崇德”班 ，结业", "第七期“崇德”班，结业"),
        ("省教育厅 市教育局 2019年要点", "省教育厅 市教育局 2019年要点"),
        ("加\u200b强\ufeff管理\u00ad", "加强管理"),
        ("⼀、加⼯作", "一、加工作"),
        ("完成 100 次", "完成 100次"),
    ],
)
def test_marks_and_blanks(source: str, expected: str) -> None:
    assert of(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("贯彻《\n学校美育条例\n》，落实美育", "贯彻《学校美育条例》，落实美育"),
        ("减排，细颗粒物（PM\n2.5\n）浓度下降。", "减排，细颗粒物（PM2.5）浓度下降。"),
        ("一是\n加强学校管理。", "一是加强学校管理。"),
        ("一、加强学校建设\n1.新建学校。", "一、加强学校建设\n1.新建学校。"),
        (
            "一、深入贯彻大会精神，切实加强党的领导\n坚持立德树人。",
            "一、深入贯彻大会精神，切实加强党的领导\n坚持立德树人。",
        ),
        (
            "新建三所学校，新增学位三千个。\n松坪县教育局\n2023年3月1日",
            "新建三所学校，新增学位三千个。\n松坪县教育局\n2023年3月1日",
        ),
        ("坚持优先发展，统筹城乡学校布局，\n办好家门口的学校。", "坚持优先发展，统筹城乡学校布局，办好家门口的学校。"),
    ],
)
def test_line_breaks(source: str, expected: str) -> None:
    assert of(source) == expected


def test_lines_broken_at_a_fixed_width() -> None:
    paragraph = (
        "全市教育系统要坚持稳中求进工作总基调，把办好家门口的学校作为头等民生，"
        "统筹编制、经费、用地三项保障，推动优质资源向薄弱处流动。"
    )
    broken = "\n".join(f"　　{paragraph}"[i : i + 22] for i in range(0, len(paragraph) + 2, 22))
    assert of(f"{broken}\n{broken}\n{broken}") == "\n".join([paragraph] * 3)


def test_table_dumps() -> None:
    assert of("市教育局工作重点 |\n||||\n|\n新建学校。 一是党建。 |\n||||") == "市教育局工作重点\n新建学校。 一是党建。"
    assert of("| 任务 | 责任单位 |\n|---|---|\n| 新建学校 | 规划科 |") == "任务\t责任单位\n新建学校\t规划科"


def test_a_link_that_opens_a_sentence_inside_a_paragraph_stays_in_it():
    others = "\n\n".join(
        f"{place}的班车每半小时一趟，早六点发车，晚九点收车。" for place in ("学校", "医院", "公园", "车站")
    )
    text = (
        "城东片区新修道路三十公里，改造站台八十五座。购置电动公交车六十辆，"
        "线路由居民投票选定，票价不变，学生和老人凭证一律免费乘坐。\n"
        f"智慧公交\n平台全部接入，到站时间可查。\n\n{others}"
    )
    assert "一律免费乘坐。智慧公交平台全部接入" in of(text)


def test_a_line_of_nothing_inside_prose_is_the_page_layout():
    prose = "全年修路三十公里，通车里程再创新高。今年计划新建桥梁"
    assert of(f"{prose}\n\u200b\n十二座，全部通车。") == f"{prose}十二座，全部通车。"
    assert of("要抓好乡村发\n\u200b\n展，多修路，多种树。") == "要抓好乡村发展，多修路，多种树。"
    assert of("乡村建设\n\u200b\n全县多修路，多种树。").split() == ["乡村建设", "全县多修路，多种树。"]
    assert of(f"{prose}十座。\n\u200b\n县里另建二座。").split() == [f"{prose}十座。", "县里另建二座。"]


def test_a_dashed_item_broken_inside_its_second_sentence_is_joined():
    text = "——道路更畅。新建\n环城公路\n三十公里，全部通车。\n\n——水更清。河长巡河\n两千次。"
    assert of(text).split("\n")[0] == "——道路更畅。新建环城公路三十公里，全部通车。"
