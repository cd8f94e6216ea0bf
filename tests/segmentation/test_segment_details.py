"""Targets, citations, deadlines and responsible units: hand-written sentences and what must be read in them."""

from __future__ import annotations

import pytest

from pipeline.segmentation.citations import find_citations
from pipeline.segmentation.duties import find_deadlines, find_duties
from pipeline.segmentation.headline import is_headline_only, run_in_title
from pipeline.segmentation.lines import enumeration, tokenize
from pipeline.segmentation.markers import match_marker
from pipeline.segmentation.numerals import parse_chinese, parse_number
from pipeline.segmentation.targets import find_targets


@pytest.mark.parametrize(
    ("text", "comparator", "value", "unit", "quantity"),
    [
        ("公办园在园幼儿占比达56%以上。", ">=", 56, "%", "公办园在园幼儿占比"),
        ("新建公办幼儿园25所，九月开园。", "=", 25, "所", "公办幼儿园"),
        ("投资90亿元，用于改造。", "=", 9e9, "元", "投资"),
        ("创建10所以上示范学校。", ">=", 10, "所", "示范学校"),
        ("学位增加不少于10,000个。", ">=", 10000, "个", "学位"),
        ("培训教师约3.5万人次。", "~", 35000, "人次", "教师"),
        ("大班额比例控制在5%以内。", "<=", 5, "%", "大班额比例"),
        ("新建三所中心幼儿园。", "=", 3, "所", "中心幼儿园"),
        ("举办比赛二十余场。", ">", 20, "场", "比赛"),
        ("差距缩小到8个百分点以内。", "<=", 8, "个百分点", "差距"),
        ("巩固率超过98.5％。", ">", 98.5, "%", "巩固率"),
        ("生均经费提高到每生每年1,200元。", "=", 1200, "元", "生均经费"),
        ("公办幼儿园在园幼儿占比达56%以上。", ">=", 56, "%", "公办幼儿园在园幼儿占比"),
        ("惠及6000万农村人口。", "=", 6e7, "", "农村人口"),
        ("培训500多万人次教师。", ">", 5e6, "人次", "教师"),
        ("入学率从67%提高到73%。", "=", 73, "%", "入学率"),
        ("进出口总额增长两倍。", "=", 2, "倍", "进出口总额"),
        ("财政安排教育支出90亿元。", "=", 9e9, "元", "教育支出"),
        ("审批事项减少三分之一。", "=", 0.3333, "", "审批事项"),
        ("办理时间平均缩短一半以上。", ">=", 0.5, "", "办理时间"),
        ("补助标准由每人每年300元提高到320元。", "=", 320, "元", "补助标准"),
        ("毕业率由2019年底的81%提高到90%。", "=", 90, "%", "毕业率"),
        ("配备教学仪器2000台（套）以上。", ">=", 2000, "台", "教学仪器"),
        ("今年安排2亿元专项资金。", "=", 2e8, "元", "专项资金"),
        ("提请县人大常委会审议地方性法规3件。", "=", 3, "件", "地方性法规"),
        ("累计盘活低效用地20公顷。", "=", 20, "公顷", "低效用地"),
        ("支持12所乡村学校开展课后服务。", "=", 12, "所", "乡村学校"),
        ("建成8座污水处理设施。", "=", 8, "座", "污水处理设施"),
        ("新增康宁医院等医疗机构4家。", "=", 4, "家", "医疗机构"),
        ("裁减冗员30人任务全面完成。", "=", 30, "人", "冗员"),
        ("入学率连续三年稳定在98%以上。", ">=", 98, "%", "入学率"),
    ],
)
def test_one_target(text: str, comparator: str, value: float, unit: str, quantity: str):
    (target,) = find_targets(text, 0, len(text))
    assert (target.comparator, target.value, target.unit, target.quantity) == (comparator, value, unit, quantity)
    assert text[target.start : target.end] == target.text


def test_two_figures_of_two_nouns_and_of_one():
    text = "县级名师、市级名师分别达到120名、30名，开展10大类60项惠民活动。"
    read = [(t.quantity, t.value) for t in find_targets(text, 0, len(text))]
    assert read == [("县级名师", 120), ("市级名师", 30), ("惠民活动", 10), ("惠民活动", 60)]


def test_a_part_of_a_whole_is_a_target_only_where_something_changes_by_it():
    text = "全县三分之一的学校建有食堂。"
    assert find_targets(text, 0, len(text)) == []


def test_figures_in_a_row_share_what_they_count():
    text = "城市公园、绿道保有量分别达到1436个、883个。"
    assert [t.quantity for t in find_targets(text, 0, len(text))] == ["城市公园、绿道保有量"] * 2


@pytest.mark.parametrize(
    "text", ["2018-2022年", "第三期计划", "“三全育人”", "教基〔2019〕4号", "2024年3月1日", "14亿人口"]
)
def test_what_counts_nothing(text: str):
    assert [t.text for t in find_targets(text, 0, len(text)) if t.unit] == []


def test_several_targets_in_a_clause_and_a_range():
    text = "新增幼儿学位7000个/托位700个，掌握1-2项艺术特长，经费翻一番。"
    read = [(t.quantity, t.comparator, t.value, t.high) for t in find_targets(text, 0, len(text))]
    assert read == [
        ("幼儿学位", "=", 7000, None),
        ("托位", "=", 700, None),
        ("艺术特长", "range", 1, 2),
        ("经费", "=", 2, None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "落实2018-2022年建设规划。",
        "推进“四个一批”工程。",
        "坚决做到“两个维护”。",
        "实施第三期行动计划。",
        "2024年3月5日召开会议。",
        "做到一校一策、一人一档。",
        "办好九年一贯制学校。",
        "改善PM2.5浓度。",
    ],
)
def test_no_target(text: str):
    assert find_targets(text, 0, len(text)) == []


@pytest.mark.parametrize(
    ("text", "title", "issuer", "year", "number"),
    [
        ("落实《幼儿园建设规划（2021—2025年）》。", "幼儿园建设规划（2021—2025年）", None, 2021, None),
        ("按照国务院《乡村教师办法》执行。", "乡村教师办法", "国务院", None, None),
        ("贯彻《云川省教育厅关于课后服务的通知》要求。", "云川省教育厅关于课后服务的通知", "云川省教育厅", None, None),
        ("印发《作业管理办法》（云教发〔2023〕4号）。", "作业管理办法", None, 2023, "云教发〔2023〕4号"),
        ("学习《〈条例〉实施细则》。", "〈条例〉实施细则", None, None, None),
        ("转发《关于落实《课程方案》的通知》。", "关于落实《课程方案》的通知", None, None, None),
        ("省教育厅、省财政厅印发的《资助办法》。", "资助办法", "省教育厅、省财政厅", None, None),
    ],
)
def test_one_citation(text: str, title: str, issuer: str | None, year: int | None, number: str | None):
    (citation,) = find_citations(text, 0, len(text))
    assert (citation.title, citation.issuer, citation.year, citation.number) == (title, issuer, year, number)


@pytest.mark.parametrize("text", ["订阅《云川日报》。", "没有《收口。", "》前面没有《", "《》"])
def test_no_citation(text: str):
    assert find_citations(text, 0, len(text)) == []


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("6月底前完成", "2024-06-30"),
        ("2025年3月15日前报送", "2025-03-15"),
        ("年底前完成", "2024-12-31"),
        ("上半年完成", "2024-06-30"),
        ("到2027年，全部达标", "2027-12-31"),
        ("9月前开学", "2024-09"),
        ("12月末前验收", "2024-12-31"),
    ],
)
def test_deadlines(text: str, due: str):
    assert [deadline.due for deadline in find_deadlines(text, 0, len(text), 2024)] == [due]


def test_a_deadline_without_any_year_has_no_date():
    assert [deadline.due for deadline in find_deadlines("6月底前完成", 0, 6, None)] == [""]


def test_duties():
    text = "抓好落实。（牵头单位：基教科、人事科；配合单位：各学校）"
    assert [(duty.unit, duty.lead) for duty in find_duties(text, 0, len(text))] == [
        ("基教科", True),
        ("人事科", True),
        ("各学校", False),
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("十", 10),
        ("二十三", 23),
        ("一百零五", 105),
        ("二〇三五", 2035),
        ("两", 2),
        ("三万五千", 35000),
        ("廿五", 25),
        ("甲", None),
    ],
)
def test_chinese_numerals(written: str, value: int | None):
    assert parse_chinese(written) == value


@pytest.mark.parametrize(
    ("written", "value"), [("1.5万", 15000), ("3", 3), ("12,000", 12000), ("90亿", 9e9), ("十余", None), ("１２", 12)]
)
def test_numbers(written: str, value: float | None):
    assert parse_number(written) == value


@pytest.mark.parametrize(
    ("text", "system", "value"),
    [
        ("一、工作", "chinese", 1),
        ("十二. 工作", "chinese", 12),
        ("（三）工作", "chinese_paren", 3),
        ("(三)工作", "chinese_paren", 3),
        ("4．工作", "arabic", 4),
        ("5、工作", "arabic", 5),
        ("（6）工作", "arabic_paren", 6),
        ("7）工作", "arabic_half_paren", 7),
        ("⑧工作", "circled", 8),
        ("九是工作", "enumerator", 9),
        ("第十，工作", "ordinal", 10),
        ("第三章 工作", "chapter", 3),
        ("Ⅳ、工作", "roman", 4),
        ("——工作", "bullet", 0),
        ("其次，工作", "sequence", 2),
    ],
)
def test_markers(text: str, system: str, value: int):
    marker = match_marker(text, 0, len(text))
    assert marker is not None
    assert (marker.system, marker.value) == (system, value)


@pytest.mark.parametrize(
    "text", ["2024年工作", "5.5%左右", "一、二、三产业增长", "三、四线城市", "1、2年级", "一流学校", "十四五规划", ""]
)
def test_no_marker(text: str):
    assert match_marker(text, 0, len(text)) is None


def test_an_enumeration_must_count_from_one():
    text = "这三是难点。一是抓课堂，二是抓作业；三是抓考试。"
    assert [marker.value for marker in enumeration(text, 0, len(text))] == [1, 2, 3]
    assert enumeration("三是抓考试。四是抓招生。", 0, 12) == []


def test_an_enumerator_without_its_list_is_text():
    lines = tokenize("二是抓作业。\n三是抓考试。\n")
    assert [line.marker for line in lines] == [None, None]


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("抓好课堂。每周听课。", "抓好课堂"),
        ("抓好课堂，减轻负担", "抓好课堂，减轻负担"),
        ("要把" + "很" * 70 + "，做好。", "要把" + "很" * 58),
        ("推进改革，" + "不断深化" * 20 + "。", "推进改革"),
    ],
)
def test_headlines(text: str, headline: str):
    assert run_in_title(text) == headline


def test_headline_only():
    assert is_headline_only("“双升”行动。")
    assert not is_headline_only("抓课堂。每周听课两节。")
    assert not is_headline_only("很" * 41 + "。")


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("改造燃气、供排水等地下管网120公里", ["燃气、供排水等地下管网"]),
        ("涉及31所中小学校、幼儿园", ["中小学校、幼儿园"]),
        ("推动6个以上县（市、区）达标", ["县（市、区）"]),
        ("棚户区住房改造600多套，危房改造300户", ["棚户区住房", "危房"]),
        ("居民收入提高到5.4万元、增长4.3%", ["居民收入", "居民收入"]),
        ("城镇居民收入和农村居民收入分别增长6%和7%", ["城镇居民收入", "农村居民收入"]),
        ("指标生计划占招生计划的80%", ["指标生计划"]),
        ("让最后20多万无电人口都能用上电", ["无电人口"]),
        ("对地方一般性转移支付增长7.8%", ["对地方一般性转移支付"]),
        ("累计扩招413万人", [""]),
    ],
)
def test_what_is_counted_without_what_happens_to_it(text, counted):
    assert [target.quantity for target in find_targets(text, 0, len(text))] == counted
