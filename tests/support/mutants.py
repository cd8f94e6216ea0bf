"""Small files of every kind, and ways to break them: the inputs of the fuzz run, each a function of its seed alone."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import docx
from filemakers import numbered_docx, page, pdf, saved, zipped

KINDS = ("txt", "html", "docx", "pdf", "zip")
MEBI = 2**20

_PLAN = (
    "临澜市教育局2024年工作要点\n一、加强学校建设\n1.新建3所小学。6月底前完成选址，新增学位2400个，占比达56%以上。\n"
    "2.改造“三防”设施。落实《学校安全条例》（临政发〔2023〕4号）要求，一是抓排查，二是抓整改。\n"
    "（二）提高质量\n①开齐课程，一节不少。\n各县教育局要结合实际抓好落实。\n临澜市教育局\n2024年3月1日\n"
)
_TRADITIONAL = (
    "臨瀾市教育局2024年工作要點\n一、加強學(xué)校建設(shè)\n1、新建三所小學，著力改造“三防”設(shè)施。\n"
    "2、開齊課程，一節(jié)不少!\n"
)
_PAGE = (
    '<!DOCTYPE html><html><head><meta charset="{charset}"><title>工作要点 - 临澜市教育局网</title>'
    '<meta name="PubDate" content="2024-03-01 10:00"></head><body><div class="nav">首页 > 公开 > 计划</div>'
    '<div class="TRS_Editor"><p>{text}</p><ol><li>抓课程</li><li>抓安全</li></ol>'
    "<table><tr><th>序号</th><th>任务</th><th>责任单位</th></tr><tr><td>1</td><td>改造操场</td><td>基教科</td></tr></table>"
    '</div><div class="share">分享到 打印本页 关闭窗口</div></body></html>'
)
TOKENS = [
    *(
        "\ufffd",
        "\ufeff",
        "\x00",
        "\u202e",
        "\ue000",
        "𠀀",
        "\r",
        "\x1b",
        "\xa0",
        "\u200b",
        "?",
        "??",
        "(xué)",
        "（jiào）",
    ),
    *(
        "一、",
        "（一）",
        "1.",
        "①",
        "一是",
        "第一，",
        "——",
        "99999999",
        "《",
        "》",
        "“",
        "（",
        "、",
        "：",
        "\t",
        "\n\n\n",
    ),
    *("各位代表！", "附件1", "2024年13月45日", "翻一番", "上一篇：", "十百千万亿", "0.0.0", "56%以上", "名词解释"),
    *("<div>", "</div>", "<table>", "<td>", "<p", "<!--", "]]>", "&#55555;", "&#x110000;", "&amp", "<script>", "<br/>"),
    *(
        '<meta charset="utf-7">',
        "<?xml version='1.0' encoding='big5'?>",
        "<w:p>",
        "<w:tbl>",
        "endobj",
        "stream",
        "obj <<",
    ),
]


def _word() -> bytes:
    document = docx.Document()
    document.add_paragraph("临澜市教育局2024年工作要点")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table._cells, ("序号", "任务", "责任单位", "1", "改造操场", "基教科"), strict=True):
        cell.text = text
    return saved(document)


@cache
def seeds() -> dict[str, tuple[bytes, ...]]:
    """Whole files of every kind, a few hundred characters each, made once a process."""
    texts = [_PLAN.encode(name) for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030")]
    texts += [_TRADITIONAL.encode("utf-8"), _TRADITIONAL.encode("big5hkscs", "ignore")]
    texts.append(_TRADITIONAL.replace("課", "課?").encode("gb18030"))  # a lost byte; one seed, for the search is slow
    pages = [
        _PAGE.format(charset=charset, text=_PLAN.replace("\n", "</p><p>")).encode(charset, "ignore")
        for charset in ("utf-8", "gb2312", "utf-16")
    ]
    levels = [("chineseCounting", "%1、"), ("decimal", "%2.")]
    items = [(0, "加强学校建设"), (1, "新建3所小学。"), (None, "6月底前完成。"), (1, "改造操场。")]
    words = [numbered_docx(levels, items), _word()]
    lines = [line for line in _PLAN.split("\n") if line]
    papers = [pdf([page(lines[:4], header="临澜市教育局文件", number=1), page(lines[4:], number=2)])]
    mixed = zipped({"要点.txt": texts[4], "件.docx": words[0]})
    archives = [mixed, zipped({"页.html": pages[1], "件.pdf": papers[0]}), zipped({"内.zip": mixed}, compress=False)]
    return {
        "txt": tuple(texts),
        "html": tuple(pages),
        "docx": tuple(words),
        "pdf": tuple(papers),
        "zip": tuple(archives),
    }


def _cut(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice((1, 2, 3, 8, 40, 200)))


def truncate(data: bytes, rng: random.Random) -> bytes:
    """Only the beginning, or only the end."""
    place = rng.randrange(len(data) + 1)
    return data[:place] if rng.random() < 0.7 else data[place:]


def flip(data: bytes, rng: random.Random) -> bytes:
    """Some bytes changed."""
    broken = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64)) if data else 0):
        broken[rng.randrange(len(broken))] = rng.randrange(256)
    return bytes(broken)


def delete(data: bytes, rng: random.Random) -> bytes:
    """A stretch left out."""
    start, end = _cut(data, rng)
    return data[:start] + data[end:]


def repeat(data: bytes, rng: random.Random) -> bytes:
    """A stretch many times over."""
    start, end = _cut(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 3, 30)) + data[end:]


def insert(data: bytes, rng: random.Random) -> bytes:
    """A word of the formats or the genre, in any encoding, where it does not belong."""
    word = rng.choice(TOKENS) * rng.choice((1, 1, 3, 50))
    raw = word.encode(rng.choice(("utf-8", "utf-8", "gb18030", "utf-16-le", "big5hkscs")), "replace")
    place = rng.randrange(len(data) + 1)
    return data[:place] + raw + data[place:]


def splice(data: bytes, rng: random.Random) -> bytes:
    """The head of this file and the tail of another, of any kind."""
    other = rng.choice(seeds()[rng.choice(KINDS)])
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]


def concatenate(data: bytes, rng: random.Random) -> bytes:
    """This file and another, of any kind, in either order."""
    other = rng.choice(seeds()[rng.choice(KINDS)])
    return data + other if rng.random() < 0.5 else other + data


def within(data: bytes, rng: random.Random) -> bytes:
    """A member of the archive or Word file broken, and packed again with right checksums."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError, zlib.error, EOFError):
        return flip(data, rng)
    name = rng.choice([*members, "word/document.xml"])
    if name in members:
        members[name] = rng.choice((truncate, flip, delete, repeat, insert, splice))(members[name], rng)
    return zipped(members)


def nest(data: bytes, rng: random.Random) -> bytes:
    """Packed into archives within archives, up to six deep."""
    for depth in range(rng.randint(1, 6)):
        data = zipped({f"{depth}{rng.choice(('.txt', '.zip', '/甲.docx', ''))}": data})
    return data


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(truncate, flip, delete, repeat, insert, insert, splice, concatenate, within, within, nest),
)


def long_line(rng: random.Random) -> bytes:
    """A megabyte on one line: of one piece, or of the genre's words at random."""
    pieces = [*TOKENS, *_PLAN.split("\n"), *_TRADITIONAL.split("\n"), "学", "a", "9", " "]
    few = rng.sample(pieces, rng.choice((1, 1, 2, 6)))
    text = "".join(few)
    text *= MEBI // max(1, len(text.encode("utf-8")))
    return text.encode(rng.choice(("utf-8", "gb18030", "utf-16")), "replace")


def deep_page(rng: random.Random) -> bytes:
    """A page whose elements are nested up to 50,000 deep."""
    tag = rng.choice(("div", "span", "table", "ul", "li", "p", "b", "section", "font", "tr", "td", "a", "svg", "form"))
    name = rng.choice(("", ' class="content"', ' class="nav"', ' id="zoom"', ' style="display:none"'))
    depth = rng.choice((300, 3_000, 20_000, 50_000))
    opened = f"<{tag}{name}>{rng.choice(('', '甲', '一、加强'))}" * depth
    closed = f"</{tag}>" * rng.choice((0, depth))
    return f"<html><body>{opened}<p>{_PLAN}</p>{closed}</body></html>".encode()


def bomb(rng: random.Random) -> bytes:
    """A small file that unpacks to much: archive, Word part, PDF stream, entities, thousands of members."""
    shape = rng.randrange(6)
    size = rng.choice((3, 20, 80)) * MEBI
    if shape == 0:
        return zipped({"a.txt": rng.choice((b"\x00", b" ", b"a", "学".encode())) * (size // 3)})
    if shape == 1:
        return within_document("<w:p><w:r><w:t>学</w:t></w:r></w:p>" * (size // 60))
    if shape == 2:
        packed = zlib.compress(b"BT /F1 12 Tf 1 0 0 1 90 700 Tm <5B66> Tj ET\n" * (size // 400))
        drawn = b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
        return seeds()["pdf"][0].replace(b"/Length", drawn + b"\nendobj\n99 0 obj\n<< /Length", 1)
    if shape == 3:
        entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "学"}">' for i in range(9))
        return within_document("<w:p><w:r><w:t>&e8;</w:t></w:r></w:p>", f"<!DOCTYPE x [{entities}]>")
    if shape == 4:
        return zipped({f"{i}.txt": b"1." for i in range(rng.choice((500, 3000)))})
    return zipped({f"{i}.txt": _PLAN.encode() * 50 for i in range(40)})


def within_document(body: str, prologue: str = "") -> bytes:
    """The first Word seed with this body."""
    with zipfile.ZipFile(io.BytesIO(seeds()["docx"][0])) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<?xml version="1.0"?>{prologue}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    members["word/document.xml"] = text.encode()
    return zipped(members)


SHAPES = (long_line, deep_page, bomb)
SHAPE_EVERY = 1000
"""Large shapes cost a second each, the others milliseconds."""


def mutant(seed: int, number: int) -> tuple[str, bytes]:
    """Case `number` of a run: a file name and its bytes; kinds take turns, each 1,000th file is a large shape."""
    rng = random.Random(f"{seed}:{number}")  # noqa: S311 - repeatable, not secret
    kind = KINDS[number % len(KINDS)]
    if number % SHAPE_EVERY == 0:
        shape = SHAPES[(number // SHAPE_EVERY) % len(SHAPES)]
        return f"{number}-{shape.__name__}", shape(rng)
    data = rng.choice(seeds()[kind])
    if kind in {"docx", "zip"} and rng.random() < 0.5:  # most other damage ends at the checksums
        return f"{number}.{kind}", within(data, rng)
    for _ in range(rng.choice((1, 1, 2, 3))):
        data = rng.choice(MUTATIONS)(data, rng)
    return f"{number}.{kind}", data
