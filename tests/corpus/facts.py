"""What is known of the five real plans, read by people: ids, numbers and names, no text."""

from __future__ import annotations

from typing import Any

SEEDS: dict[str, dict[str, Any]] = {
    "000": {"n": 18, "issuer": None, "city": None, "posted": "2022-02-28"},
    "001": {
        "n": 39,
        "issuer": "清远市教育局",
        "province": "广东省",
        "city": "清远市",
        "level": "city",
        "plan_year": 2019,
        "script": "hant",
    },
    "002": {"n": 26, "city": "台州市", "province": "浙江省", "plan_year": 2023},
    "003": {
        "n": 14,
        "issuer": "南通市崇川区教育体育局",
        "province": "江苏省",
        "city": "南通市",
        "county": "崇川区",
        "level": "county",
        "plan_year": 2020,
        "posted": "2020-09-03",
    },
    "004": {
        "n": 35,
        "issuer": "吉林市教育局",
        "province": "吉林省",
        "city": "吉林市",
        "level": "city",
        "plan_year": 2016,
        "posted": "2016-03-17",
    },
}
NUMBERED_FROM_ONE = ("000", "001", "004")
CHROME = (
    "当前位置",
    "打印本页",
    "关闭窗口",
    "责任编辑",
    "相关评论",
    "客服老师",
    "字体",
    "浏览",
    "||",
    "(xué)",
    "（xué）",
)
