"""Names people review under where nobody has an account, in a signed cookie so that no other page can set one."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

from pipeline.review.models import NAME
from pipeline.web.config import WebConfig


def _serializer(config: WebConfig) -> URLSafeSerializer:
    return URLSafeSerializer(config.secret, salt="reviewer")


def write_name(config: WebConfig, name: str) -> str:
    """The cookie's value for a name."""
    return str(_serializer(config).dumps(name))


def read_name(config: WebConfig, value: str) -> str:
    """The name in a cookie; empty when there is none or it was not made here."""
    try:
        name = _serializer(config).loads(value)
    except BadData:
        return ""
    return name if isinstance(name, str) and NAME.fullmatch(name) else ""
