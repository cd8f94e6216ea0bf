"""Small government reports of our own wording, and what segmentation makes of them."""

from __future__ import annotations

from pipeline.segmentation import Segmentation, segment
from pipeline.settings import SegmentParams

ROADS = "修好通村公路。今年硬化路面三十公里，新设候车亭十二处，桥梁逐座体检，年底前完成验收。"
WATER = "改造供水管网。更换老旧管线十八公里，加装智能水表，漏损率降到一成以内，水质按月公布。"
SCHOOLS = "办好乡村学校。补齐音体美教师，寄宿生宿舍全部通暖，午餐费用由县里承担，家长参与陪餐。"
CLINICS = "建强乡镇卫生院。配齐全科医生，添置彩超和心电设备，与县医院共享影像，夜间开设急诊。"
LONG = "各乡镇逐月报送进度，县里按季通报，资金随项目走，工程随质量走，验收请群众代表到场，结果张榜公布。" * 2


def cut(text: str, title: str = "") -> Segmentation:
    return segment(text, title=title, doc_type="report", plan_year=2024, damaged=[], params=SegmentParams())


def heads(result: Segmentation, length: int) -> list[str]:
    return [measure.text[:length] for measure in result.measures]


def numbers(result: Segmentation) -> list[str]:
    return [measure.number for measure in result.measures]


def reasons(result: Segmentation) -> list[str]:
    return [skip.reason for skip in result.skipped]


def report(*lines: str) -> Segmentation:
    """A report with a plan section of several kinds of headings around the lines."""
    return cut("\n".join(("一、今年工作任务", *lines)))
