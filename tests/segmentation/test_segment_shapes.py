"""One short hand-written document a shape; what a user would see in the measures table."""

from __future__ import annotations

import pytest

from pipeline.segmentation import Segmentation, segment
from pipeline.settings import SegmentParams


def cut(text: str, *, title: str = "", doc_type: str = "plan", plan_year: int | None = 2024) -> Segmentation:
    return segment(text, title=title, doc_type=doc_type, plan_year=plan_year, damaged=[], params=SegmentParams())


def paths(result: Segmentation) -> list[str]:
    return [measure.path for measure in result.measures]


def numbers(result: Segmentation) -> list[str]:
    return [measure.number for measure in result.measures]


def headlines(result: Segmentation) -> list[str]:
    return [measure.headline for measure in result.measures]


def reasons(result: Segmentation) -> list[str]:
    return [skip.reason for skip in result.skipped]


def test_running_numbers_under_sections():
    result = cut(
        "云溪县教育局2024年工作要点\n2024年是打基础的一年，全县教育系统要团结一心。\n"
        "一、育人\n1.抓好晨读。每天二十分钟，班主任到场。\n2.抓好跑操。冬季改为室内操，体育组排表。\n"
        "二、办学\n3.修缮旧楼。暑假前完成北校区两栋教学楼的加固。\n"
    )
    assert paths(result) == ["1.1", "1.2", "2.3"]
    assert numbers(result) == ["1.", "2.", "3."]
    assert headlines(result) == ["抓好晨读", "抓好跑操", "修缮旧楼"]
    assert [measure.heading_path for measure in result.measures] == [["育人"], ["育人"], ["办学"]]
    assert [(heading.title, heading.number, heading.level) for heading in result.outline] == [
        ("育人", "一、", 1),
        ("办学", "二、", 1),
    ]
    assert reasons(result) == ["title", "preamble"]


def test_three_levels_and_a_level_that_skips():
    result = cut(
        "一、第一部分工作\n（一）课程\n1、开齐课程。音体美一节不少。\n2、开足课时。每周检查一次课表。\n"
        "（二）教研\n1、集体备课。每周三下午，全员参加。\n"
        "二、第二部分工作\n1、食堂。明厨亮灶全覆盖，月月抽检。\n"
    )
    assert paths(result) == ["1.1.1", "1.1.2", "1.2.1", "2.1"]
    assert result.measures[0].heading_path == ["第一部分工作", "课程"]


def test_levels_follow_the_document_not_a_fixed_order():
    result = cut(
        "1.德育\n（一）上好班会课。每班每周一次，德育处检查。\n（二）办好升旗仪式。每周一早晨，学生主持。\n"
        "2.智育\n（一）减少作业。一二年级不留书面作业。\n（二）用好课堂。当堂练、当堂改，不留尾巴。\n"
    )
    assert paths(result) == ["1.1", "1.2", "2.1", "2.2"]
    assert [measure.heading_path for measure in result.measures][2] == ["智育"]


def test_restarted_skipped_and_duplicated_numbers_keep_unique_paths():
    result = cut(
        "一、任务\n1.修路。村小门口的土路今年硬化。\n3.修桥。河边小桥加装护栏和路灯。\n3.修墙。围墙"
        "倒塌的三所学校限期修好。\n"
        "1.植树。每校春季植树一百棵以上。\n"
    )
    assert paths(result) == ["1.1", "1.3", "1.3~2", "1.1~2"]
    assert numbers(result) == ["1.", "3.", "3.", "1."]


def test_items_continue_over_paragraphs():
    result = cut(
        "一、安全\n1.校车。全部车辆安装定位装置。\n驾驶员每季度培训一次，考核不过的换人。\n2.食堂。"
        "每餐留样，专人登记。\n"
    )
    assert paths(result) == ["1.1", "1.2"]
    assert result.measures[0].text.endswith("考核不过的换人。")


def test_a_heading_line_belongs_to_the_item_below_which_its_text_stands():
    result = cut("一、任务\n1.办好家长学校\n每学期四课，课后家长评议。\n2.办好社区学堂\n周末开放图书馆和操场。\n")
    assert headlines(result) == ["办好家长学校", "办好社区学堂"]
    assert result.measures[0].text == "办好家长学校\n每学期四课，课后家长评议。"


def test_inline_enumeration_stays_inside_a_numbered_item():
    result = cut(
        "一、民生\n1.办实事。一是装空调，教室全部装上。二是修厕所，旱厕全部改水厕。三是通热水，冬天"
        "洗手不冻手。\n2.管经费。一分钱也不乱花，年底公示。\n"
    )
    assert paths(result) == ["1.1", "1.2"]
    assert "三是通热水" in result.measures[0].text


def test_inline_enumeration_right_below_a_heading_is_cut():
    result = cut(
        "一、抓重点\n一是党建引领。书记项目每校一个，季度晒单。二是教学提质。教研员下校蹲点，半月一"
        "换。\n二、办实事\n一是免费午餐。二是延时服务。三是暑期托管。\n"
    )
    assert paths(result) == ["1.1", "1.2", "2.1", "2.2", "2.3"]
    assert numbers(result) == ["一是", "二是", "一是", "二是", "三是"]
    assert [measure.flags for measure in result.measures][2:] == [["headline_only"]] * 3


def test_a_whole_plan_on_one_line():
    result = cut(
        "今年是提质年，全市要办好实事。 一、抓好两件大事 一是新建学校。城东小学九月开学，城西中学年"
        "底封顶，投入1.2亿元，校长和骨干教师提前到岗。"
        "二是培养教师。选送百名青年教师跟岗一年，期满考核，结果记入档案；骨干教师每人带两名徒弟，签"
        "订协议，年底检验成色，优秀者优先评聘。 "
        "二、开展三项行动 一是阅读行动。 二是护眼行动。 三是护苗行动。 三、提供保障 一是经费保障。教"
        "育经费两个只增不减，"
        "预算下达不晚于三月底，审计全程跟进，公用经费按季拨付到校，任何单位不得截留挪用。二是督导保"
        "障。责任督学每月到校一次，"
        "问题清单按月交账，整改情况年底公开，群众满意度低于八成的学校校长要说明情况。三是宣传保障。"
        "开设专栏，讲好身边教师的故事，"
        "每月推出一名典型，年底评选十大感动人物，组织宣讲团进社区、进乡村、进企业，营造尊师重教的好"
        "风气，让优秀教师有位子、有面子、有里子，安心从教。"
    )
    assert paths(result) == ["1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3"]
    assert result.measures[0].heading_path == ["抓好两件大事"]
    assert "preamble" in reasons(result)


def test_review_and_plan_in_one_document():
    result = cut(
        "一、2023年开展的主要工作\n一是课后服务全覆盖。全县四十所学校参加。\n二是校舍全部加固。没有一栋危房。\n"
        "二、2024年的工作打算\n2024年的总体思路是：稳中求进，办人民满意的教育。\n"
        "一是建设智慧课堂。每乡一所试点学校。\n二是培养名师。设三十个名师工作室。\n",
        doc_type="summary_and_plan",
    )
    assert [measure.kind for measure in result.measures] == ["achievement", "achievement", "plan", "plan"]
    assert "general_requirements" in reasons(result) or "introduction" in reasons(result)


def test_paragraphs_under_headings_without_numbers():
    result = cut(
        "一、2024年重点工作\n"
        "扩大学位供给。新开三所幼儿园，扩建两所小学，九月投入使用。\n"
        "建强教师队伍。补充教师一百二十名，全部到乡村学校任教。\n"
        "各位代表！让我们团结一心，为建设教育强县而努力奋斗！\n"
    )
    assert paths(result) == ["1.p1", "1.p2"]
    assert numbers(result) == ["", ""]
    assert headlines(result) == ["扩大学位供给", "建强教师队伍"]
    assert reasons(result) == ["closing"]


def test_headline_on_a_line_of_its_own_joins_its_paragraph():
    result = cut(
        "一、主要任务\n（一）扩大开放\n稳步扩大交流。\n与三个省的学校结对，互派教师跟岗学习，每批不少于三个月。\n"
        "激发办学活力。\n落实学校在用人、经费和课程上的自主权，清理不必要的检查评比。\n"
    )
    assert [measure.text.split("\n")[0] for measure in result.measures] == ["稳步扩大交流。", "激发办学活力。"]
    assert result.measures[0].heading_path == ["主要任务", "扩大开放"]


def test_principles_requirements_and_goals():
    result = cut(
        "一、总体要求\n以提高质量为中心，办好每一所学校。\n"
        "二、基本原则\n1.坚持公平优先。资源向薄弱学校倾斜。\n2.坚持质量为重。把课堂作为主阵地。\n"
        "三、重点任务\n1.改造操场。十所学校铺设塑胶跑道。\n2.更换桌椅。三年换完，先换乡村。\n"
    )
    assert [measure.kind for measure in result.measures] == ["principle", "principle", "plan", "plan"]
    assert "general_requirements" in reasons(result)


def test_semicolon_clauses_on_lines_stay_in_their_item():
    result = cut(
        "一、建设\n1.完善设施，主要包括：\n（1）新建食堂三座；\n（2）改造宿舍五栋；\n（3）硬化操场两"
        "处。\n2.加强管理。每月巡查一次，台账齐全。\n"
    )
    assert paths(result) == ["1.1", "1.2"]
    assert result.measures[0].text.endswith("（3）硬化操场两处。")


def test_numbered_lines_below_an_item_are_the_measures_when_they_stand_alone():
    result = cut(
        "一、建设\n1.完善设施。按三年规划推进。\n（1）新建食堂三座。今年完成主体，明年投用。\n（2）"
        "改造宿舍五栋。暑期施工，九月入住。\n"
    )
    assert paths(result) == ["1.1.1", "1.1.2"]
    assert result.measures[0].heading_path == ["建设", "完善设施"]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (("第一，", "第二，"), ["1.1", "1.2"]),
        (("①", "②"), ["1.1", "1.2"]),
        (("(1)", "(2)"), ["1.1", "1.2"]),
        (("——", "——"), ["1.b1", "1.b2"]),
        (("● ", "● "), ["1.b1", "1.b2"]),
        (("首先，", "其次，"), ["1.1", "1.2"]),
        (("一要", "二要"), ["1.1", "1.2"]),
    ],
)
def test_every_numbering_system(marks: tuple[str, str], expected: list[str]):
    first, second = marks
    result = cut(f"一、工作\n{first}办好体育节。全员参加，班班有项目。\n{second}办好读书节。人人荐书，家家读书。\n")
    assert paths(result) == expected
    assert headlines(result) == ["办好体育节", "办好读书节"]


def test_chapters_articles_and_their_clauses():
    result = cut(
        "第一章 招生\n第一条 免试就近入学。划片公布，接受监督。\n第二条 严禁考试选拔。违者约谈校长。\n"
        "第二章 学籍\n第三条 一人一籍。转学网上办理。\n"
    )
    assert paths(result) == ["1.1", "1.2", "2.3"]
    assert numbers(result) == ["第一条", "第二条", "第三条"]


def test_signature_and_imprint_are_no_measures():
    result = cut(
        "一、工作\n1.抓考风。考点全部安装屏蔽仪。\n2.抓招生。划片方案六月公布。\n3.抓学籍。转学一律网上办。\n"
        "各学校要结合实际制定方案，抓好落实。\n云溪县教育局\n2024年3月6日\n抄送：县政府办公室。\n"
    )
    assert paths(result) == ["1.1", "1.2", "1.3"]
    assert result.measures[-1].text.endswith("网上办。")
    assert reasons(result) == ["closing", "signature", "signature", "imprint"]


def test_joint_signatures_and_the_session_line_are_no_measures():
    result = cut(
        "一、育人\n1.抓好晨读。每天二十分钟，班主任到场。\n2.抓好跑操。冬季改为室内操，体育组排表。\n"
        "中共云溪县委教育工作委员会\n云溪县教育局\n2024年3月1日\n（2024年3月1日在云溪县教育工作会议上）\n"
    )
    assert numbers(result) == ["1.", "2."]
    assert set(reasons(result)) <= {"signature", "imprint"}


def test_a_heading_between_the_preamble_and_the_first_number_opens_a_section():
    result = cut(
        "云溪县教育局2024年工作要点\n2024年是打基础的一年，全县教育系统要团结一心，把各项工作一件一件落到实处。\n"
        "育人篇：五育并举\n1.抓好晨读。每天二十分钟，班主任到场。\n办学篇：补齐短板\n2.修缮旧楼。暑假前完成加固。\n"
    )
    assert [measure.heading_path for measure in result.measures] == [["育人篇：五育并举"], ["办学篇：补齐短板"]]


def test_appendix_with_tasks_counts_and_a_glossary_does_not():
    result = cut(
        "一、工作\n1.抓课堂。推门听课每周两节。\n附件1\n2024年民生实事\n一、免费体检。全县中小学生每"
        "人一次。\n二、免费午餐。寄宿生天天有肉。\n"
        "附件2\n名词解释\n1.“三点半”难题：放学早、下班晚。\n2.“双减”：减轻两种负担。\n"
    )
    assert paths(result) == ["1.1", "a1.h1.1", "a1.h1.2"]
    assert reasons(result).count("appendix") == 1


def test_list_of_attachments_is_no_list_of_measures():
    result = cut("一、工作\n1.抓课堂。推门听课每周两节。\n附件：1.任务分解表\n2.责任清单\n")
    assert paths(result) == ["1.1"]
    assert "attachments" in reasons(result)


def test_table_of_tasks():
    result = cut(
        "一、任务清单\n序号\t重点任务\t责任单位\t完成时限\n"
        "1\t新建两所幼儿园，新增学位600个\t计财科、基教科\t2024年8月底前\n2\t开展教师体检\t人事科\t年底前\n"
    )
    first, second = result.measures
    assert (first.path, first.number, first.text) == ("1.r1", "1", "新建两所幼儿园，新增学位600个")
    assert [(duty.unit, duty.lead) for duty in first.duties] == [("计财科", True), ("基教科", True)]
    assert [(due.text, due.due) for due in first.deadlines] == [("2024年8月底前", "2024-08-31")]
    assert [due.due for due in second.deadlines] == ["2024-12-31"]
    assert second.heading_path == ["任务清单"]


def test_two_plans_in_one_file():
    result = cut(
        "云溪县教育局2023年工作总结\n一、教学\n1.课程改革。完成两轮培训。\n"
        "云溪县教育局2024年工作计划\n一、教学\n1.课程改革。全面铺开新课程。\n",
    )
    assert len(set(paths(result))) == 2
    assert [measure.kind for measure in result.measures] == ["achievement", "plan"]


def test_title_repeated_by_the_page_is_no_heading():
    text = "云溪县教育局工作要点\n云溪县教育局工作要点\n一、教学\n1.课程改革。完成两轮培训。\n"
    result = cut(text, title="云溪县教育局工作要点")
    assert paths(result) == ["1.1"]
    assert result.measures[0].heading_path == ["教学"]


def test_running_text_that_looks_numbered():
    result = cut(
        "一、工作\n1.2024年的任务。全面完成省定指标。\n2.分类推进。一、二、三年级不考试，四、五年级只考一次。\n"
        "5.5%左右的增幅来之不易，要保持下去。\n"
    )
    assert paths(result) == ["1.1", "1.2"]
    assert headlines(result) == ["2024年的任务", "分类推进"]


def test_problems_and_thanks_are_set_aside():
    result = cut(
        "一、过去一年工作回顾\n经济稳步增长。生产总值增长5.2%，财政收入增长4.1%。\n民生持续改善。新"
        "增就业三千人，新建学校两所。\n"
        "我们也清醒看到，工作中还存在不少问题和不足，主要是学位紧张。\n"
        "成绩来之不易，在此，我代表县政府，向全县人民表示衷心的感谢！\n"
    )
    assert paths(result) == ["1.p1", "1.p2"]
    assert reasons(result) == ["problems", "thanks"]
    assert {measure.kind for measure in result.measures} == {"achievement"}


@pytest.mark.parametrize(
    "problems",
    [
        "过去一年工作中还存在不少问题：大班额有反弹，农村教师缺编，校车线路没有排满，食堂改造慢了半年。",
        "过去一年成绩来之不易，同时我们也看到：乡村学校音乐教师缺编的困难没有解决，两处校舍仍待加固。",
    ],
)
def test_problems_after_a_review_are_set_aside(problems: str):
    result = cut(
        f"一、2023年工作回顾\n（一）校舍。加固教学楼两栋，暑假完工。\n（二）教师。招聘三十人，到岗。\n{problems}\n"
    )
    assert numbers(result) == ["（一）", "（二）"]
    assert reasons(result) == ["problems"]


def test_flags():
    text = "一、工作\n1.安全。\n2.办好学校。" + "落实各项措施，做到有人管、有人查。" * 100 + "\n"
    spot = text.index("办好")
    result = segment(
        text, title="", doc_type="plan", plan_year=None, damaged=[(spot, spot + 2)], params=SegmentParams()
    )
    assert [measure.flags for measure in result.measures] == [["headline_only"], ["damaged", "omnibus"]]


@pytest.mark.parametrize("text", ["", "\n\n", "   ", "|||", "。", "一、", "1.\n2.\n", "《", "（一）\n（二）"])
def test_nothing_to_find(text: str):
    result = cut(text)
    assert [measure.text for measure in result.measures if not measure.text] == []
