"""Chinese first, English by a switch: templates hold both sentences side by side, this module the names of values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")
COOKIE = "jucuo_lang"

NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "kind": {
        "plan": ("计划", "plan"),
        "achievement": ("成效", "achievement"),
        "principle": ("原则", "principle"),
    },
    "level": {
        "national": ("国家", "national"),
        "province": ("省级", "province"),
        "city": ("市级", "city"),
        "county": ("区县", "county"),
    },
    "doc_type": {
        "work_points": ("工作要点", "work points"),
        "plan": ("工作计划", "plan"),
        "summary_and_plan": ("总结与计划", "summary and plan"),
        "opinion": ("意见", "opinion"),
        "government_report": ("政府工作报告", "government report"),
        "other": ("其他", "other"),
    },
    "relation": {
        "identical": ("相同", "identical"),
        "near": ("近同", "near-identical"),
        "contains": ("包含对方", "contains the other"),
        "contained": ("含于对方", "contained in the other"),
        "paraphrase": ("改写", "paraphrase"),
    },
    "change": {
        "kept": ("保留", "kept"),
        "changed": ("改动", "changed"),
        "dropped": ("去掉", "dropped"),
        "added": ("新增", "added"),
    },
    "origin": {
        "central": ("上级文件", "central document"),
        "common_upstream": ("可能同出上游", "probable common upstream"),
        "horizontal": ("单位之间", "between bureaus"),
        "series": ("历年沿用", "kept over the years"),
        "unknown": ("来源不明", "origin unknown"),
    },
    "direction": {
        "a_first": ("本条较早", "this one earlier"),
        "b_first": ("对方较早", "the other earlier"),
        "unknown": ("先后不明", "order unknown"),
    },
    "flag": {
        "damaged": ("有损坏", "damaged"),
        "headline_only": ("只有标题", "headline only"),
        "omnibus": ("综合", "omnibus"),
        "pieces": ("断行，起止待核", "printed in pieces"),
    },
    "facet": {
        "issuer": ("单位", "Issuer"),
        "province": ("省份", "Province"),
        "level": ("层级", "Level"),
        "year": ("年份", "Year"),
        "category": ("类别", "Category"),
        "kind": ("性质", "Kind"),
        "flag": ("标记", "Flag"),
        "cites": ("引用", "Cites"),
        "document": ("文件", "Document"),
    },
    "reason": {
        "phrase": ("含有", "contains"),
        "meaning": ("意义", "meaning"),
        "wording": ("用词", "wording"),
        "sentence": ("同句", "in one sentence"),
        "same_measure": ("应是同一举措", "likely the same measure"),
        "answers": ("应切题", "likely to the point"),
        "same_topic": ("应属同一主题", "likely the same topic"),
        "related": ("可能相关", "perhaps related"),
        "unrelated": ("关联不大", "hardly related"),
    },
    "problem": {
        "not-found": ("这里没有所要的内容：编号有误，或语料更新后已不存在", "there is no such thing here"),
        "no-page": ("没有这个网址的页面，请从总览进入", "no page has this address; start from the overview"),
        "missing-table": ("这个页面需要的表还没有生成", "a table this page needs has not been made"),
        "csrf": ("表单已过期，或不是从本站页面提交的；请返回、刷新后再试", "this form has expired or is not ours"),
        "foreign": ("修改数据的请求只能从本站页面发出", "changes must come from our own pages"),
        "host": ("服务器不以此主机名应答", "this server does not answer to that host name"),
        "too-large": ("发送的内容或网址过长", "too much was sent"),
        "slow-down": ("从这里失败的尝试过多", "too many failed attempts from here"),
        "filter": ("网址中的筛选条件无法使用", "a filter in the address cannot be used"),
        "value": ("提交的数值无法使用", "a value cannot be used"),
        "bulk-changed": ("预览之后结果已变，请重新预览", "the results have changed since the preview"),
        "import-changed": ("预览之后有人做了判断，请重新导入", "somebody decided in the meantime"),
        "internal": ("服务器出错，详情见服务器日志", "something went wrong; the server's log has the details"),
    },
    "part": {
        "bias": ("起点（此类别的一般程度）", "start (how common the category is)"),
        "wording": ("本条字句", "wording"),
        "meaning": ("整体语义", "overall meaning"),
        "headline": ("标题", "headline"),
        "section": ("所在章节", "section it stands in"),
        "definition": ("与类别定义相近", "closeness to the definition"),
        "examples": ("与手册例句相近", "closeness to the codebook's examples"),
        "others": ("其他类别更强而减去", "taken away by a stronger category"),
    },
    "field": {
        "title": ("标题", "title"),
        "issuer": ("单位", "issuer"),
        "province": ("省", "province"),
        "city": ("市", "city"),
        "county": ("区县", "county"),
        "level": ("层级", "level"),
        "doc_type": ("类型", "type"),
        "plan_year": ("年份", "plan year"),
        "published": ("落款日期", "dated"),
        "posted": ("上网日期", "posted"),
        "sha256": ("文件摘要", "file digest"),
        "model": ("分类器", "classifier"),
        "codebook": ("编码手册", "codebook"),
        "encoder": ("编码器", "encoder"),
    },
    "status": {
        "open": ("未复核", "open"),
        "decided": ("已复核", "reviewed"),
        "conflict": ("有分歧", "conflict"),
        "adjudicated": ("已裁定", "adjudicated"),
        "flagged": ("已标疑", "flagged"),
        "skipped": ("已跳过", "skipped"),
    },
    "action": {
        "accept": ("认可", "accept"),
        "correct": ("改正", "correct"),
        "skip": ("跳过", "skip"),
        "flag": ("标疑", "flag"),
        "adjudicate": ("裁定", "adjudicate"),
        "undo": ("撤销", "undo"),
        "redo": ("重做", "redo"),
        "comment": ("备注", "comment"),
        "import": ("导入", "import"),
    },
    "queue": {
        "doubtful": ("存疑优先", "Doubtful first"),
        "audit": ("盲审抽样", "Blind audit sample"),
        "disagreement": ("与模型不一致", "Disagrees with the model"),
        "conflicts": ("复核人分歧", "Conflicts between reviewers"),
        "stale": ("编码手册更新前所标", "Labelled before the codebook changed"),
        "changed": ("重训后有变", "Changed by retraining"),
        "flagged": ("已标疑", "Flagged"),
        "all": ("按文件顺序", "In reading order"),
    },
    "flag_reason": {
        "not_a_measure": ("不是举措", "not a measure"),
        "cut_wrongly": ("切分有误", "cut wrongly"),
        "damaged": ("文字损坏", "text damaged"),
        "no_category": ("手册无合适类别", "no category fits"),
        "ambiguous": ("类别难分", "ambiguous"),
        "other": ("其他", "other"),
    },
    "cause": {
        "codebook_unclear": ("手册表述不清", "codebook unclear"),
        "overlooked": ("看漏", "overlooked"),
        "misread": ("误读", "misread"),
        "boundary": ("类别界线", "boundary of categories"),
        "primary": ("主类之争", "which is primary"),
        "other": ("其他", "other"),
    },
}
"""Names of the values in tables; rules and flags not listed here are shown as they are."""


def choose(asked: str | None, cookie: str | None) -> Lang:
    """The language asked for in the URL, else the remembered one, else Chinese."""
    for value in (asked, cookie):
        if value in LANGUAGES:
            return value
    return "zh"


class Translator:
    """Picks the sentence of one language."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._column = LANGUAGES.index(lang)

    def __call__(self, zh: str, en: str, /, **values: object) -> str:
        """The sentence in this language, with `{name}` replaced."""
        text = zh if self.lang == "zh" else en
        return text.format(**values) if values else text

    def name(self, group: str, value: object) -> str:
        """What people call a value of a table, or the value itself."""
        pair = NAMES.get(group, {}).get(str(value))
        return pair[self._column] if pair else str(value)
