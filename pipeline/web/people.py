"""Names people review under, carried in a signed cookie so that no other page can set one."""

from __future__ import annotations

import base64
import binascii
import hmac
import re

from pipeline.web.config import WebConfig
from pipeline.web.security import signature

NAME = re.compile(r"[\w][\w .@-]{0,59}")


def write_name(config: WebConfig, name: str) -> str:
    """The cookie's value for a name."""
    encoded = base64.urlsafe_b64encode(name.encode()).decode()
    return f"{encoded}.{signature(config.secret, encoded)}"


def read_name(config: WebConfig, value: str) -> str:
    """The name in a cookie; empty when there is none or it was not made here."""
    encoded, _, signed = value.partition(".")
    if not hmac.compare_digest(signature(config.secret, encoded), signed):
        return ""
    try:
        name = base64.urlsafe_b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return name if NAME.fullmatch(name) else ""
