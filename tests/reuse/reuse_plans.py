"""A few short plans of made-up bureaus."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline.cleaning import OffsetMap
from pipeline.schemas import DOCUMENTS, MEASURES

Frames = tuple[pl.DataFrame, pl.DataFrame]
"""Documents and measures."""


def frames(*plans: dict[str, object]) -> Frames:
    """Tables of plans given as `id`, `measures` (texts) and any further columns of a document.

    Each document's text is its measures, one a line; its source has three characters of chrome in front.
    """
    documents, measures = [], []
    for plan in plans:
        texts = plan["measures"]
        text = "\n".join(texts)
        shift = OffsetMap.from_runs([(0, 3, len(text)), (len(text), len(text) + 3, 0)])
        facts = {
            "doc_id": plan["id"],
            "source_path": f"{plan['id']}.txt",
            "sha256": "0",
            "encoding": "utf-8",
            "media_type": "text/plain",
            "source_text": "首页|" + text,
            "text": text,
            "title": "工作要点",
            "doc_type": "work_points",
            "script": "hans",
            "n_removed_chars": 3,
            "n_repaired": 0,
            "n_damaged": 0,
            "evidence": "{}",
            "map_clean": shift.clean.tolist(),
            "map_source": shift.source.tolist(),
            "map_length": shift.length.tolist(),
            "changes": [],
            "joint_issuers": [],
            "damaged": [],
        }
        documents.append(facts | {name: plan[name] for name in plan if name not in ("id", "measures")})
        start = 0
        for number, measure in enumerate(texts, 1):
            end = start + len(measure)
            measures.append(
                {
                    "measure_id": f"{plan['id']}/{number}",
                    "doc_id": plan["id"],
                    "ordinal": number,
                    "number": f"{number}.",
                    "heading_path": [],
                    "headline": measure[:8],
                    "text": measure,
                    "start": start,
                    "end": end,
                    "source_start": start + 3,
                    "source_end": end + 3,
                    "kind": "plan",
                    "n_chars": len(measure),
                    "targets": [],
                    "citations": [],
                    "flags": [],
                    "deadlines": [],
                    "duties": [],
                }
            )
            start = end + 1
    return pl.DataFrame(documents, schema=DOCUMENTS.schema), pl.DataFrame(measures, schema=MEASURES.schema)


SCHOOLS = "全面改造山区寄宿学校的洗浴和取暖设施，年内完成12所，惠及住校学生4300人，所需资金由县财政统筹安排。"
READING = "每所小学建设班级图书角，由家长志愿者轮流管理，学期末评选书香班级，让孩子们随手有书读、课间有书看。"
SAFETY = "组织校车驾驶人逐一谈话并签订承诺书，冬季来临前检修全部车辆，对结冰路段提前调整线路和发车时间。"
CANTEEN = "推行学校食堂大宗食材公开招标，每周公布菜谱和进货价格，接受家长委员会随机抽查，群众满意率不低于九成。"
MENTORS = "为新入职教师配备教学和班级管理两位导师，前两年每月至少听课四节，第三年举行汇报课并由同行打分。"


def two_bureaus() -> Frames:
    """Two bureaus, two years: year on year, a neighbour's copy with other places and numbers, one of its own."""
    return frames(
        {
            "id": "yunxi-2022",
            "issuer": "云溪县教育局",
            "county": "云溪县",
            "plan_year": 2022,
            "published": date(2022, 3, 1),
            "level": "county",
            "measures": [SCHOOLS, READING, SAFETY],
        },
        {
            "id": "yunxi-2023",
            "issuer": "云溪县教育局",
            "county": "云溪县",
            "plan_year": 2023,
            "published": date(2023, 3, 4),
            "level": "county",
            "measures": [SCHOOLS.replace("12", "9").replace("4300", "2800"), READING, CANTEEN],
        },
        {
            "id": "shanbei-2023",
            "issuer": "山北区教育局",
            "county": "山北区",
            "plan_year": 2023,
            "level": "county",
            "measures": [MENTORS, "加强队伍管理。" + SAFETY + "落实值班制度，重要情况两小时内报告，并做好舆情应对。"],
        },
    )
