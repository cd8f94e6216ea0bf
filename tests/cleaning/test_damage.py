"""Lost bytes: repaired where clear, flagged where not, left alone where nothing is wrong."""

from __future__ import annotations

import pytest

from pipeline.cleaning import clean
from pipeline.cleaning.damage import repair
from pipeline.cleaning.draft import Draft
from pipeline.cleaning.misplaced import find
from pipeline.settings import CleanParams

TERMS = (b"\xa3\xbf", b"\xa3\xa1", b"\xa1\xa3")


def damaged(text: str) -> str:
    """What a program does to a text that splits its GB18030 bytes at ？！。 without regard to characters."""
    pieces = [text.encode("gb18030")]
    for term in TERMS:
        split: list[bytes] = []
        for piece in pieces:
            parts = piece.split(term)
            split += [part for i, each in enumerate(parts) for part in ([term, each] if i else [each])]
        pieces = split
    shown = "".join(_decoded(piece) for piece in pieces)
    return shown.translate(str.maketrans("？！，", "?!,"))


def _decoded(data: bytes) -> str:
    shown, place = "", 0
    while place < len(data):
        pair = data[place : place + 2]
        if pair[0] < 0x80:
            shown, place = shown + chr(pair[0]), place + 1
            continue
        if len(pair) < 2 or not (0x40 <= pair[1] <= 0xFE):
            shown, place = shown + "?", place + 1
            continue
        character = pair.decode("gb18030", "ignore")
        shown += "" if "\ue000" <= character <= "\uf8ff" else character
        place += 2
    return shown


PLAIN = """加强学校课程建设，推动学校课程改革，完善学校课程体系。
规范学校招生行为，加强学校考试管理，推进中小学考试招生改革。
开展劳动教育，办好科学教育，上好科学课程，确保开齐开足国家课程。保障学校运行，实施学校建设项目，开展课后服务。
各学校要加强校园安全管理，确保师生平安。学校科研要服务教学，学校考试要严格管理，落实学校主体责任。"""


def test_the_maker_of_damage_damages() -> None:
    assert damaged("推动学校开展劳动教育").startswith("推动学??")
    assert damaged("加强校园安全") == "加强校园安全"


@pytest.mark.parametrize("text", ["规范学校考试招生行为,", "开好学校科学课程,", "保障学校课程实施,"])
def test_clear_damage_is_repaired(text: str) -> None:
    draft = Draft.of(PLAIN + "\n" + damaged(text) + "完善机制。")
    repaired, left = repair(draft, "hans", 2.0)
    assert draft.text == PLAIN + "\n" + text + "完善机制。"
    assert (repaired, left) == (1, [])
    assert draft.changes[0].rule == "damage"


@pytest.mark.parametrize(("text", "margin"), [("规范学校考试招生行为,", 99.0), ("提升学校科研水平,", 2.0)])
def test_a_repair_must_lead_by_the_margin(text: str, margin: float) -> None:
    """水平 could as well be 他 where nothing else says; it is flagged, not guessed."""
    draft = Draft.of(PLAIN + "\n" + damaged(text) + "完善机制。")
    before = draft.text
    repaired, left = repair(draft, "hans", margin)
    assert repaired == 0
    assert draft.text == before
    assert before[slice(*left[0])].startswith("??")


def test_questions_are_no_damage() -> None:
    text = PLAIN + "\n怎么办?我们要靠改革。钱从哪里来?人往哪里去？\n"
    draft = Draft.of(text)
    assert repair(draft, "hans", 2.0) == (0, [])
    assert draft.text == text


@pytest.mark.parametrize("text", ["举办“崇德?卓越”高级研修班。", "举办\ufffd高级研修班。"])
def test_a_lost_character_is_flagged_where_it_was(text: str) -> None:
    cleaned = clean(PLAIN + "\n" + text, CleanParams())
    assert cleaned.n_damaged == 1
    assert cleaned.n_repaired == 0
    start, end = cleaned.damaged_spans[0]
    source = cleaned.offsets.to_source(start, end)
    assert not [c for c in cleaned.changes if c.rule == "punctuation" and source.start <= c.source_start < source.end]
    assert cleaned.text[start:end] in {"?", "\ufffd"}


def test_a_reading_inside_a_character() -> None:
    draft = Draft.of("全市學校推進跨區(qū)域?qū)W校的協同發展")
    draft.apply(find(draft.text))
    assert draft.text == "全市學校推進跨區(qū)域學校的協同發展"


def test_a_text_full_of_marks_does_not_hang() -> None:
    cleaned = clean((PLAIN + damaged("推动学校开展劳动教育,") + "办好学校。\n") * 20, CleanParams())
    assert cleaned.n_repaired + cleaned.n_damaged >= 20
