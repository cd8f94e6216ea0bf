"""Page furniture is recognised by what it is, and never text of the document."""

from __future__ import annotations

import pytest

from pipeline.cleaning import clean
from pipeline.cleaning.boilerplate import parse
from pipeline.cleaning.repeats import repeated_lines
from pipeline.errors import JucuoError
from pipeline.settings import CleanParams

BODY = """临澜市教育局2023年工作要点
2023年，全市教育工作坚持稳中求进，着力办好家门口的学校，努力让孩子就近上好学。
一、加强学校建设
1.新建三所小学，新增学位两千个。
上一年度完成的项目要做好验收。
打印教材、收藏图书要登记。
2.改造宿舍。"""


@pytest.mark.parametrize(
    "line",
    [
        "首页 > 政务公开 > 规划计划",
        "您现在的位置：首页>>信息公开",
        "发布时间：2023-03-06 17:42　来源：办公室　浏览次数：1386　字体：[大 中 小]",
        "下载",
        "【字号：",
        "加大",
        "还原",
        "】",
        "时间：2023-03-06",
        "13900000000",
        "Linlan Education Bureau",
        "总站 切换城市",
        "临澜市政府门户网站",
        "索引号：000-2023-1",
        "来源：临澜日报",
        "导语:本文来源于网友上传,不代表本站观点,若需要原创文章可咨询客服老师。",
    ],
)
def test_what_stands_above(line: str) -> None:
    cleaned = clean(f"{line}\n\n{BODY}", CleanParams())
    assert cleaned.text == BODY
    assert any(change.rule.startswith("chrome:") and change.before.strip() for change in cleaned.changes)


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑:王某",
        "【打印本页】【关闭窗口】",
        "上一篇：关于招生的公告",
        "下一篇:没有了",
        "分享到：微信 微博",
        "联系电话：0899-2260118",
        "主办：临澜市教育局　地址：滨江路88号",
        "云公网安备 53990202000117号",
        "扫一扫在手机打开当前页",
        "相关报道：",
        "责任编辑:\n相关评论我来说两句",
        "本作品是中华人民共和国的\n法律\n，属于公有领域。\nfalse",
        "（此件主动公开）",
        "收藏\n|\n分享到:\n×",
    ],
)
def test_what_stands_below(line: str) -> None:
    assert clean(f"{BODY}\n{line}", CleanParams()).text == BODY


def test_breadcrumbs_on_lines_of_their_own() -> None:
    assert clean(f"您的位置:\n首页\n>\n临澜要闻\n临澜要闻\n{BODY}", CleanParams()).text == BODY


def test_copies_of_the_title_go_and_one_stays() -> None:
    title = BODY.split("\n", maxsplit=1)[0]
    assert clean(f"{title}\n时间:2022-02-28\n{title}\n{BODY}", CleanParams()).text == BODY


def test_chrome_between_two_documents_goes_and_text_after_it_stays() -> None:
    after = "（十三）把课堂搬到田头。每校开辟两亩劳动园，从整地到采收都由学生做。"
    text = f"{BODY}\n上一篇：公告\n相关推荐：小学计划 教师总结\n{after}"
    assert clean(text, CleanParams()).text.endswith(
        "2.改造宿舍。\n（十三）把课堂搬到田头。每校开辟两亩劳动园，从整地到采收都由学生做。"
    )


def test_lines_that_repeat_over_a_site() -> None:
    pages = [f"临澜教育在线\n第{i}号要点\n一、加强学校建设\n新建三所学校。\n一切为了孩子" for i in range(4)]
    found = repeated_lines(pages)
    assert found == {"临澜教育在线": 4, "一切为了孩子": 4}
    params = CleanParams(furniture=list(found))
    assert clean(pages[0], params).text == "第0号要点\n一、加强学校建设\n新建三所学校。"
    assert "临澜教育在线" in clean(pages[0], CleanParams()).text, "what repeats is listed, never deleted unasked"


def test_furniture_is_known_whatever_its_blanks_and_marks() -> None:
    text = clean(f"热线 : 12345 (工作日)\n{BODY}", CleanParams(furniture=["热线：12345（工作日）"])).text
    assert text == BODY


def test_a_bad_configuration_is_named() -> None:
    with pytest.raises(JucuoError, match="entry"):
        parse({"fragments": [{"id": "a", "pattern": "("}]}, "boilerplate.yaml")
