"""Pages of content systems: the article and nothing else, no paragraph lost or merged."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest

from pipeline.errors import UnusableDocument
from pipeline.ingestion import html

ARTICLE = [
    "各县（市、区）教育局，市直各学校：",
    "2024年，全市教育工作要围绕扩容、提质、强师三件大事，把每一项任务做成看得见、摸得着的成果。",
    "一、加强学校建设",
    "1.新建学校。年内开工建设中小学校六所，新增学位七千个，重点保障城东新区。",
    "2.改造宿舍。",
    "3.更新照明。对一百二十间教室的照明进行改造，做到光线均匀、不频闪。",
]
PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}-临澜市教育局网站</title>
<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2024-03-12 10:08">
<meta name="ContentSource" content="市教育局办公室"></head><body>
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/xw">新闻动态</a></li></ul></div>
<div class="position">您现在的位置：<a href="/">首页</a> &gt; <a>规划计划</a></div>
<div class="side"><h3>热点信息</h3><ul><li><a>关于寒假放假的通知</a></li><li><a>教师招聘公告</a></li></ul></div>
<div class="main"><h1>{title}</h1>
<div class="info">发布时间：2024-03-12 来源：市教育局办公室 浏览：<span>88</span></div>
<div id="zoom" class="TRS_Editor">{body}</div>
<div class="share">分享到：<a>微信</a><a>微博</a></div><div class="prevnext">上一篇：<a>招生公告</a></div></div>
<div class="footer">主办：临澜市教育局 云ICP备0000001号</div><script>var a="脚本";</script></body></html>"""


def page(body: str, charset: str = "utf-8") -> bytes:
    return PAGE.format(title="临澜市教育局2024年工作要点", body=body, charset=charset).encode(charset)


def paragraphs(tag: str = "p") -> str:
    return "".join(f"<{tag}>　　{line}</{tag}>" for line in ARTICLE)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
@pytest.mark.parametrize(
    "body",
    [paragraphs("p"), paragraphs("div"), "<br/>".join(ARTICLE), f"<table><tr><td>{paragraphs()}</td></tr></table>"],
)
def test_every_paragraph_stays_a_line(charset: str, body: str) -> None:
    extracted = html.read(page(body, charset))
    assert [line.strip("　 ") for line in extracted.text.split("\n")] == ARTICLE


def test_metas_become_hints() -> None:
    hints = html.read(page(paragraphs())).hints
    assert hints.title == "临澜市教育局2024年工作要点"
    assert hints.posted == date(2024, 3, 12)
    assert hints.source == "市教育局办公室"
    assert hints.posted_rule == "meta"


def test_without_metas_the_page_itself_says() -> None:
    text = page(paragraphs()).decode()
    bare = "\n".join(line for line in text.split("\n") if "<meta name" not in line)
    hints = html.read(bare.encode()).hints
    assert hints.title == "临澜市教育局2024年工作要点"
    assert hints.posted == date(2024, 3, 12)
    assert hints.posted_rule == "page_field"


def test_list_numbers_are_written_out() -> None:
    items = "<li>新建学校三所，新增学位三千个。</li><li>改造宿舍两栋。</li><li value='9'>更新照明。</li>"
    body = f"<p>{ARTICLE[1]}</p><ol start='3'>{items}</ol><ul><li>附注</li></ul>"
    lines = html.read(page(body)).text.split("\n")
    assert lines[1:] == ["3.新建学校三所，新增学位三千个。", "4.改造宿舍两栋。", "9.更新照明。", "附注"]


def test_tables_of_tasks_are_rows() -> None:
    rows = "<tr><th>任务</th><th>责任单位</th></tr><tr><td>新建学校<br>三所</td><td>发展规划科</td></tr>"
    text = html.read(page(paragraphs() + f"<table>{rows}</table>")).text
    assert text.endswith("任务\t责任单位\n新建学校 三所\t发展规划科")


def test_a_site_that_copies_pages_without_structure() -> None:
    inner = f"<div class='a'><div class='b'>{paragraphs()}</div></div>"
    data = f"<html><body><div>总站 <a>切换城市</a></div>{inner}</body></html>"
    assert [line.strip("　 ") for line in html.read(data.encode()).text.split("\n")][-6:] == ARTICLE


def test_a_page_without_text_says_why() -> None:
    with pytest.raises(UnusableDocument) as caught:
        html.read(b"<html><body><div id='app'></div><script>load()</script></body></html>")
    assert caught.value.reason == "no_text"
    assert "script" in caught.value.detail


def test_deep_nesting_neither_hangs_nor_overflows() -> None:
    deep = "<div>" * 3000 + "一、加强学校建设，办好人民满意的教育。" + "</div>" * 3000
    with contextlib.suppress(UnusableDocument):
        assert "学校建设" in html.read(f"<html><body>{deep}</body></html>".encode()).text
