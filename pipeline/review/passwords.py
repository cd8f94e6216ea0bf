"""Passwords and tokens as they are kept: nothing in the database lets anybody sign in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import threading
import unicodedata

SHORTEST, LONGEST = 10, 200
COST, BLOCK, LANES = 15, 8, 3
"""scrypt's N = 2**15, r = 8, p = 3: one of the settings OWASP gives as equally strong; 32 MB and about 0.2 s."""

_AT_ONCE = threading.BoundedSemaphore(2)
"""Forty sign-ins at once would take 1.3 GB: two at a time, the others wait."""

TOKEN_PREFIX = "jucuo_"  # noqa: S105 - not a secret: what makes a leaked token findable
"""Tokens begin with it, so that people and scanners recognise one that lies where it should not."""


def _derive(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    plain = unicodedata.normalize("NFKC", password).encode()
    with _AT_ONCE:
        return hashlib.scrypt(plain, salt=salt, n=2**cost, r=block, p=lanes, maxmem=160 * block * 2**cost, dklen=32)


def hashed(password: str) -> str:
    """A password to keep: `scrypt$15$8$3$SALT$HASH` (RFC 7914), salted, so that equal passwords look different."""
    salt = os.urandom(16)
    found = _derive(password, salt, COST, BLOCK, LANES)
    return "$".join(["scrypt", *map(str, (COST, BLOCK, LANES)), *(base64.b64encode(b).decode() for b in (salt, found))])


def fits(password: str, kept: str) -> bool:
    """Whether this is the password; takes as long whether it is or not."""
    try:
        _, cost, block, lanes, salt, wanted = kept.split("$")
        found = _derive(password, base64.b64decode(salt), int(cost), int(block), int(lanes))
        return hmac.compare_digest(found, base64.b64decode(wanted))
    except (ValueError, binascii.Error):
        return False


def new_token() -> str:
    """A token of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """A token to keep: nobody guesses 256 random bits, so SHA-256 does; a slow hash costs each call 0.2 s."""
    return hashlib.sha256(token.encode()).hexdigest()


def fingerprint(kept: str) -> str:
    """Changes with the password: sessions carry it and end when it does."""
    return hashlib.sha256(kept.encode()).hexdigest()[:16]
