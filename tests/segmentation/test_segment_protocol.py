"""The rules of the gold protocol (`data/labels/structure/README.md`), each on a small report of our own wording."""

from __future__ import annotations

import pytest
from reports import CLINICS, LONG, ROADS, SCHOOLS, WATER, cut, heads, numbers, reasons, report

from pipeline.segmentation.reasons import paragraph_reason


def test_a_title_line_over_one_paragraph_is_its_headline():
    result = report("（一）生态更美。", WATER + LONG, "（二）道路更畅。", ROADS + LONG)
    assert heads(result, 6) == ["生态更美。\n", "道路更畅。\n"]
    assert numbers(result) == ["（一）", "（二）"]
    assert [measure.heading_path for measure in result.measures] == [["今年工作任务"]] * 2


def test_a_title_line_over_several_paragraphs_is_their_heading():
    result = report("（一）补短板", ROADS, WATER, "（二）惠民生", SCHOOLS, CLINICS)
    assert heads(result, 4) == ["修好通村", "改造供水", "办好乡村", "建强乡镇"]
    assert numbers(result) == [""] * 4
    assert result.measures[3].heading_path == ["今年工作任务", "惠民生"]


def test_a_section_title_never_joins_its_only_paragraph():
    sections = "".join(f"{number}、第{number}方面\n{ROADS}\n{WATER}\n{SCHOOLS}\n" for number in "一二三")
    result = cut(sections + f"四、城乡统筹\n{CLINICS}\n")
    assert result.measures[-1].text == CLINICS
    assert result.measures[-1].heading_path == ["城乡统筹"]


def test_a_run_in_title_with_orientation_is_only_a_heading():
    result = report(
        "（一）夯实基础。坚持先急后缓，久久为功。", ROADS, WATER, "（二）改善民生。坚持尽力而为，量力而行。", SCHOOLS
    )
    assert heads(result, 4) == ["修好通村", "改造供水", "办好乡村"]
    assert reasons(result) == ["introduction", "introduction"]


def test_a_numbered_paragraph_over_others_is_a_measure_if_it_says_more():
    own = "（一）夯实基础。去年投入1.2亿元，新建泵站3座，清淤河道40公里，惠及九个乡镇。"
    result = report(own, ROADS, WATER, "（二）改善民生。坚持尽力而为。", SCHOOLS)
    assert numbers(result) == ["（一）", "", "", ""]
    assert [len(measure.heading_path) for measure in result.measures] == [1, 2, 2, 2]


def test_what_only_continues_a_numbered_paragraph_stays_in_it():
    result = report(
        "（一）夯实基础。" + LONG,
        "为此要把钱花在刀刃上，先修漏雨的校舍，再修坑洼的操场，最后添置桌椅和图书。",
        "（二）改善民生。" + LONG,
    )
    assert numbers(result) == ["（一）", "（二）"]


def test_items_of_an_enumeration_over_topics_of_their_own_are_headings():
    result = report(
        *(
            "主要做了以下工作。",
            "一是夯实基础。坚持先急后缓。",
            ROADS,
            WATER,
            "二是改善民生。坚持尽力而为。",
            SCHOOLS,
            CLINICS,
        )
    )
    assert heads(result, 4) == ["修好通村", "改造供水", "办好乡村", "建强乡镇"]
    assert result.measures[0].heading_path[1] == "夯实基础"


def test_an_enumeration_ends_before_topics_of_their_own():
    result = report("抓好三件事：", "一是修路。" + LONG, "二是通水。" + LONG, "三是亮灯。" + LONG, SCHOOLS, CLINICS)
    assert numbers(result) == ["一是", "二是", "三是", "", ""]
    assert heads(result, 4)[3:] == ["办好乡村", "建强乡镇"]


def test_the_first_item_may_stand_inside_the_paragraph_that_leads_in():
    result = report("今年突出抓好实事：一是修路。" + LONG, "二是通水。" + LONG, "三是亮灯。" + LONG)
    assert numbers(result) == ["一是", "二是", "三是"]
    assert heads(result, 3) == ["修路。", "通水。", "亮灯。"]


def test_run_in_titles_of_one_rank_cut_a_paragraph():
    result = report(
        "（一）城乡建设。坚持规划先行。",
        "".join(part + LONG for part in (ROADS, WATER, SCHOOLS)),
        "（二）其他",
        CLINICS,
        ROADS,
    )
    assert heads(result, 4) == ["修好通村", "改造供水", "办好乡村", "建强乡镇", "修好通村"]


def test_short_sentences_in_a_row_are_no_run_in_titles():
    paragraph = "丰富群众文化生活。办好农民画展。建好村史馆。用好大喇叭。送戏下乡一百场，放映电影三百场。" + LONG * 2
    assert len(report("（一）文化", paragraph, ROADS).measures) == 2


def test_sentences_that_open_alike_cut_a_paragraph_and_their_summary_is_left_out():
    years = "".join(f"这五年，{name}大变样。{LONG}" for name in ("道路", "学校", "医院"))
    result = cut(
        "一、工作回顾\n过去五年极不寻常、极不平凡。" + years + "\n（一）去年修路。" + LONG + "\n（二）去年通水。" + LONG
    )
    assert heads(result, 6)[:3] == ["这五年，道路", "这五年，学校", "这五年，医院"]
    assert "lead_in" in reasons(result)


def test_sentences_that_say_we_will_cut_a_long_paragraph():
    body = "".join(f"我们要{what}，{LONG}" for what in ("依法办事", "苦干实干", "清正廉洁"))
    result = report("（一）" + ROADS, "（二）" + WATER, f"各位代表！新形势要有新作为。{body}{LONG}{LONG}")
    assert heads(result, 7)[2:] == ["我们要依法办事", "我们要苦干实干", "我们要清正廉洁"]


def test_an_enumeration_after_the_numbered_blocks_is_cut():
    items = "".join(f"{number}是办成一件大事。{LONG}" for number in "一二三")
    result = report("（一）" + ROADS, "（二）" + WATER, "各位代表！今年还要办几件大事。" + items)
    assert numbers(result) == ["（一）", "（二）", "一是", "二是", "三是"]


def test_first_and_second_count_like_an_enumeration():
    items = f"第一，依法治理。{LONG}第二，科技支撑。{LONG}"
    result = report("（一）平安", "守住安全底线要两手抓。" + items, ROADS, WATER)
    assert numbers(result)[:2] == ["第一，", "第二，"]


def test_a_run_in_title_before_an_enumeration_is_its_heading():
    items = "".join(f"{number}要办成一件大事。{LONG}" for number in "一二三")
    result = report("（一）改革", "深化国企改革。" + items, ROADS, WATER)
    assert result.measures[0].heading_path == ["今年工作任务", "改革", "深化国企改革"]
    assert [heading.title for heading in result.outline][2:3] == ["深化国企改革"]


@pytest.mark.parametrize(
    ("lead", "title"),
    [
        ("守住耕地红线，多产放心粮。", "守住耕地红线，多产放心粮"),
        ("抓好便民服务工作。", "抓好便民服务工作"),
        ("盘活闲置农房。\n集体出地，能人出力，农户出房，着力办好几件事。", "盘活闲置农房"),
        ("今年要着重办好以下几件事。", None),
    ],
)
def test_a_title_above_a_list_is_its_heading(lead: str, title: str | None):
    items = ("一是新建公厕。" + LONG, "二是改造路灯。" + LONG)
    result = report("（一）民生", ROADS + LONG, WATER + LONG, SCHOOLS + LONG, *lead.split("\n"), *items)
    above = ["今年工作任务", "民生", *([title] if title else [])]
    assert [measure.heading_path for measure in result.measures][-2:] == [above] * 2


def test_enumerated_principles_are_principles():
    items = "".join(f"{number}是稳字为先。{LONG}" for number in "一二三")
    result = cut(f"一、总体部署\n完成今年的目标任务，必须把握好以下原则：{items}\n二、工作任务\n{ROADS}\n{WATER}")
    assert [measure.kind for measure in result.measures] == ["principle"] * 3 + ["plan"] * 2


def test_lessons_are_no_measures():
    result = cut(
        f"一、去年工作回顾\n{ROADS}\n{WATER}\n我们的主要体会是：\n——必须实干。{LONG}\n——必须为民。{LONG}\n二、今年任务\n{SCHOOLS}"
    )
    assert heads(result, 4)[:2] == ["修好通村", "改造供水"]
    assert reasons(result) == ["introduction", "lessons", "lessons"]


@pytest.mark.parametrize(
    "opening",
    [
        "交通是发展的先行官。要统筹干线和支线，把路修到群众心坎上。",
        "改革与发展相辅相成。要敢啃硬骨头，善于抓关键，激发活力。",
        "坚持问题导向，补短板、强弱项、惠民生。",
        (
            "要把基础设施摆到全县发展的突出位置，统筹城乡布局和先后缓急，兼顾当前急需和长远效益。各乡镇要拿出过硬的办法，"
            "动员方方面面的力量，把有限的资金用在群众最盼望的地方，一年接着一年干，决不半途而废。"
        ),
        "去年的建设成绩不小，但与群众的期待仍有不小差距。道路通行不畅，用水保障不足，学位分布不匀，要下大气力解决。",
    ],
)
def test_the_first_paragraph_below_a_heading_may_only_orient(opening: str):
    result = report("（一）基础设施", opening, ROADS + LONG, WATER + LONG, SCHOOLS + LONG)
    assert heads(result, 4) == ["修好通村", "改造供水", "办好乡村"]
    assert reasons(result) == ["introduction"]


def test_a_first_paragraph_with_work_of_its_own_is_a_measure():
    opening = "交通是发展的先行官。今年新开通公交线路12条，改造站台85座，购置电动公交车60辆。"
    assert len(report("（一）基础设施", opening, ROADS + LONG, WATER + LONG, SCHOOLS + LONG).measures) == 4


def test_a_title_over_an_orientation_and_one_paragraph_is_their_headline():
    opening = "要把群众的事情放在心上，把有限的资金用在刀刃上，让城乡百姓都能看到变化、得到实惠。"
    result = report("（一）修路", opening, ROADS + LONG, "（二）供水", WATER, SCHOOLS)
    assert numbers(result) == ["（一）", "", ""]
    assert result.measures[0].text.endswith(ROADS + LONG)


def test_an_unnumbered_title_below_a_section_heads_its_only_paragraph():
    result = cut(
        f"一、今年工作任务\n城乡建设\n{ROADS}\n{WATER}\n民生事业\n{SCHOOLS + LONG}\n二、自身建设\n{CLINICS}\n{ROADS}"
    )
    assert heads(result, 4) == ["修好通村", "改造供水", "民生事业", "建强乡镇", "修好通村"]


def test_sentences_that_name_policies_alike_are_measures():
    policies = "".join(f"{name}政策要更加有力。{LONG}" for name in ("财政", "就业", "产业"))
    result = report("（一）总体安排", "今年要坚持稳中求进，先立后破。" + policies, ROADS, WATER)
    assert heads(result, 4)[:3] == ["财政政策", "就业政策", "产业政策"]


def test_a_short_sentence_right_behind_a_title_is_part_of_its_body():
    titles = ("提升道路等级。启动畅通行动。", "改善供水条件。", "优化学校布局。")
    body = "扩大民生投入。" + "".join(title + LONG for title in titles)
    result = report("（一）民生", body, ROADS, WATER)
    assert heads(result, 7)[:3] == ["提升道路等级。", "改善供水条件。", "优化学校布局。"]
    assert result.measures[0].heading_path == ["今年工作任务", "民生", "扩大民生投入"]


def test_the_words_right_above_a_list_lead_into_it():
    opening = (ROADS + LONG, WATER + LONG, SCHOOLS + LONG, "同时，要把实事一件一件办好。")
    result = report("（一）民生", *opening, "一是新建公厕。" + LONG, "二是改造路灯。" + LONG)
    assert numbers(result) == ["", "", "", "一是", "二是"]


def test_thanks_after_bullets_are_not_part_of_the_last():
    result = cut(
        f"一、去年工作回顾\n——道路通了。\n——水管换了。\n这些成就，标志着全县站上了新台阶。\n二、今年任务\n{ROADS}\n{WATER}"
    )
    assert heads(result, 6)[:2] == ["道路通了。", "水管换了。"]


def test_after_an_address_only_demands_orient():
    fields = ("全县各民族亲如一家。要办好民族团结进步月，扶持手工作坊。", ROADS + LONG, WATER + LONG)
    assert len(report("（一）实事", SCHOOLS, CLINICS, "各位代表！", *fields).measures) == 5
    demands = ("新征程对政府工作提出了更高要求。各部门要振奋精神，主动作为。", ROADS + LONG, WATER + LONG)
    assert len(report("（一）实事", SCHOOLS, CLINICS, "各位代表！", *demands).measures) == 4


def test_an_address_parts_a_single_sentence_from_the_next_paragraph():
    result = report(
        "（一）实事",
        SCHOOLS,
        CLINICS,
        "继续做好侨务工作，发挥侨胞在招商引智中的独特作用。",
        "各位代表！",
        "支持驻地部队建设，" + LONG,
    )
    assert heads(result, 4)[2:] == ["继续做好", "支持驻地"]


def test_a_paragraph_that_points_back_continues_the_one_before():
    result = report(
        "（一）实事", SCHOOLS, "这里需要指出，乡村教师的补助今年不减，标准由县里统一公布，按月发放到卡。", ROADS
    )
    assert heads(result, 4) == ["办好乡村", "修好通村"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("经过五年苦干，全县“十三五”规划顺利收官。", "overview"),
        ("过去一年，全国上下齐心协力，克服了许多没有料到的困难。", "overview"),
        ("一年来，全县侨务工作有声有色，新建侨胞之家三处。", None),
        ("这些目标的设定，考虑了需要与可能，跳一跳够得着。", "general_requirements"),
        ("今年的增长预期为5%，留有余地。", "general_requirements"),
        ("这里着重说明，增速目标是预期性的。", "general_requirements"),
        ("今年工作要坚持稳中求进，先立后破。", "general_requirements"),
        ("做好今年政府工作，要吃透上情、摸清下情。", "general_requirements"),
        ("当前，世界经济走势不确定的因素增加，出口更难。", "situation"),
        ("综合研判各方面形势，机遇大于挑战。", "situation"),
        ("面对世界经济的复杂变化，全县外贸逆势增长。", None),
        ("当今世界变局加快。我们将扩大友城交往，办好年会。", None),
        ("总结去年的实践，归结为一句话，实干才有出路。", "lessons"),
        ("走过这一年，更加深刻体会到：实干才有出路。", "lessons"),
        ("我们必须拿出硬办法，切实解决这些问题，不负期望。", "problems"),
        ("同时，全县发展还面临不少困难和挑战，主要是：财力偏紧。", "problems"),
        ("短板还不少：机耕道窄，冷库不够，年轻人留不住。", "problems"),
        ("这些成就，标志着全县站上了新台阶。", "thanks"),
        ("“稳”的势头更足。主要表现在，粮食丰收，物价平稳。", "overview"),
        ("过去五年，全县“十三五”规划画上句号。这五年，是城乡巨变的五年。", "overview"),
        ("乡亲们生活总体小康，这是实干的伟大胜利，是全县历史上的里程碑。", "closing"),
        ("回望来路，我们积累了不少办实事的经验。", "lessons"),
        ("全县粮食之所以连年丰收，关键是种好了每一块田。", "lessons"),
        ("实践表明，实干才有出路。", "lessons"),
        ("我们要高举团结奋斗的旗帜，以实干为指导，把事情办好。", "general_requirements"),
        ("一年来，我们在乡村道路、供水和文化等方面，也取得了重要进展。", "overview"),
        ("过去一年，国防动员取得重大成就，兵员征集任务完成。", None),
        ("千方百计增加就业是头等职责。今年的预期目标是，新增就业三千人。", None),
        ("去年改革迈出新步伐，但是，问题还很突出。管理不细，监督不严。", "introduction"),
        ("教育事关千家万户，具有十分重要的意义。", "introduction"),
        ("我们愿与各方朋友一道，共享机遇。", "closing"),
        ("让我们的校园更绿更美，孩子更健康。", None),
        ("为维护香港、澳门长期繁荣稳定而努力奋斗。", None),
        ("加快库区发展，做好库区移民工作。", None),
        ("今年要突出抓好以下几项工作。", "lead_in"),
    ],
)
def test_what_is_no_measure_by_its_wording(text: str, reason: str | None):
    assert paragraph_reason(text) == reason
