"""How often somebody may fail: guessing passwords over a network must be hopeless, mistyping one's own must not."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable

MAX_KEYS = 10_000


class Throttle:
    """At most `limit` tries a key in `seconds`; safe to use from several threads, forgotten at a restart."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._seconds = seconds
        self._clock = clock
        self._tries: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def wait(self, key: str) -> int:
        """Count a try, before it is known how it ends; seconds to wait where it may not be made, else 0."""
        with self._lock:
            now = self._clock()
            count, since = self._tries.pop(key, (0, now))
            if now - since >= self._seconds:
                count, since = 0, now
            self._tries[key] = (min(count + 1, self._limit + 1), since)
            while len(self._tries) > MAX_KEYS:
                del self._tries[next(iter(self._tries))]
            return int(since + self._seconds - now) + 1 if count >= self._limit else 0

    def forget(self, key: str) -> None:
        """The try ended well."""
        with self._lock:
            self._tries.pop(key, None)


def origin_of(address: str) -> str:
    """Where tries come from: an IPv4 address, or the /64 that one IPv6 customer has to choose addresses from."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
