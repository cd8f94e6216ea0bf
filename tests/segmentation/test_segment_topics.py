"""Topics, lists and titles as reports print them, each shape on a small text of our own wording."""

from __future__ import annotations

from reports import ROADS, WATER, cut, heads, numbers, report

from pipeline.cleaning import clean
from pipeline.settings import CleanParams

REST = "各乡镇逐月报送进度，县里按季通报，资金随项目走，工程随质量走，验收请群众代表到场，结果张榜公布，"


def test_paragraphs_printed_in_pieces_are_put_together():
    pieces = [line for _ in range(35) for line in (ROADS, f"{REST}{REST}群众随时可以查询。")]
    result = report(*pieces)
    assert len(result.measures) == 35
    assert all(measure.text.endswith("群众随时可以查询。") for measure in result.measures)


def test_long_paragraphs_stay_as_they_are_printed():
    long = [line for _ in range(35) for line in (ROADS + REST * 4 + "年底算账。", f"{REST}{REST}群众随时可以查询。")]
    assert len(report(*long).measures) == 70


def test_an_inline_list_in_brackets_is_cut():
    items = "".join(f"（{n}）{REST}{n}月底前办结。" for n in range(1, 6))
    assert [measure.number for measure in report("为民办好五件实事。" + items, WATER).measures][:5] == [
        "（1）",
        "（2）",
        "（3）",
        "（4）",
        "（5）",
    ]


def test_a_title_above_run_in_titles_is_their_heading():
    titles = ("扩大民间投资", "扩大工业投资", "推进城市更新", "补齐民生短板")
    result = report("多措并举扩大投资。" + "".join(f"{title}。{REST * 2}年底前见效。" for title in titles), WATER)
    assert heads(result, 6)[:4] == list(titles)
    assert {measure.heading_path[-1] for measure in result.measures[:4]} == {"多措并举扩大投资"}


def test_demands_that_open_alike_are_measures_of_their_own():
    demands = "".join(f"要坚守{virtue}，{REST}{REST}常抓不懈。" for virtue in ("政治忠诚", "为民初心", "法治原则"))
    assert heads(report(demands, WATER), 4)[:3] == ["要坚守政", "要坚守为", "要坚守法"]


def test_neighbouring_sentences_of_one_pace_are_measures_of_their_own():
    kinds = "".join(f"发展{kind}经济，{REST}{REST}早日成势。" for kind in ("总部", "平台", "低空", "银发"))
    result = report("加快培育新型业态。" + kinds, WATER)
    assert heads(result, 6)[:4] == ["发展总部经济", "发展平台经济", "发展低空经济", "发展银发经济"]
    assert result.measures[0].heading_path[-1] == "加快培育新型业态"


def test_items_under_targets_are_none_and_lessons_count_on_after_remarks():
    targets = report("今年要努力实现以下主要目标。", f"——经济更强。{REST}", f"——民生更好。{REST}", ROADS, WATER)
    assert heads(targets, 4) == ["修好通村", "改造供水"]
    lessons = cut(
        "\n".join(
            (
                "一、去年工作回顾",
                "一年来，我们的主要体会是：",
                f"（一）坚持依靠群众。{REST}",
                f"（二）坚持因地制宜。{REST}",
                "实践证明，这条路走得对。",
                f"（三）坚持久久为功。{REST}",
            )
        )
    )
    assert heads(lessons, 4) == []
    assert sum(skip.reason == "lessons" for skip in lessons.skipped) == 3


def test_an_enumeration_goes_on_in_the_paragraph_below():
    lines = (f"抓好四件事。一是修路，{REST}。二是治水，{REST}。三是植树，{REST}。", f"四是办学，{REST}。")
    assert numbers(report(*lines)) == ["一是", "二是", "三是", "四是"]


def test_a_first_bullet_at_the_end_of_a_paragraph_belongs_to_the_list_below():
    result = report(f"去年各项工作取得显著成效。——道路更畅。{REST}。", f"——河水更清。{REST}。", f"——校舍更暖。{REST}。")
    assert numbers(result) == ["——"] * 3


def test_work_above_a_list_is_a_measure_and_its_title_the_heading():
    lead = "千方百计扩大就业。今年投入2.4亿元，新增岗位6000个，帮扶困难人员。"
    result = report(lead, f"一是办好招聘。{REST}。", f"二是抓实培训。{REST}。", ROADS)
    assert numbers(result) == ["", "一是", "二是", ""]
    assert result.measures[1].heading_path[-1] == "千方百计扩大就业"


def test_a_heading_that_weighs_a_field_more_is_no_principle():
    result = report("（一）更加注重民生建设，着力补短板", ROADS, WATER, "（二）更加注重生态，着力护青山", WATER, ROADS)
    assert heads(result, 4) == ["修好通村", "改造供水", "改造供水", "修好通村"]


def test_title_lines_of_two_ranks_without_numbers():
    body = f"{REST}{REST}群众随时可以查询。"
    lines = [
        line
        for place in ("产业升级中", "城乡融合中", "绿色转型中")
        for line in (f"五年来，我们坚定不移，在{place}取得新进展。基础更加扎实。", body, "短板加快补齐。", body)
    ]
    result = cut("\n".join(("一、五年工作回顾", *lines)))
    assert heads(result, 4) == ["基础更加", "短板加快"] * 3
    assert {measure.heading_path[-1] for measure in result.measures[2:4]} == {
        "五年来，我们坚定不移，在城乡融合中取得新进展"
    }


def test_a_line_of_nothing_visible_inside_a_paragraph_does_not_break_it():
    first, second = f"{ROADS}{REST}便利群众出行。", f"本着先易后难的原则，{REST}逐个乡镇推开。"
    cleaned = clean(f"{WATER}\n{first}\n\u200b\n{second}\n\u200b\n{WATER}", CleanParams()).text
    assert cleaned.split("\n") == [WATER, first + second, WATER]
