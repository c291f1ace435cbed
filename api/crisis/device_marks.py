"""Marks by which limits tell the phones behind one address apart.

A mark is a cookie with a random number, when it was made, and our signature: nothing about the person or the phone, and
it is stored nowhere. New marks are scarce for each address, count only after a moment, and end after an hour. So
who describes the browser differently each time, or deletes cookies, gains nothing, and a neighbour with a mark keeps
a bucket of their own. The key lives as long as the process: after a restart every phone gets a new mark.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from time import monotonic
from typing import TYPE_CHECKING

from api.http.connections import client_address
from kiezbox.token_bucket import Rate, TokenBuckets

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request, Response

COOKIE = "kiezbox_mark"
PATH = "/crisis"
SECONDS = 3_600  # that a mark counts
YOUNG_SECONDS = 5.0  # nobody reads the page and writes a report in less
# With what a device may send (limits.py), the marks of one address alone cannot use up what is kept for devices with
# a mark: 160 of them live at once.
NEW_MARKS = Rate(100, 1 / 60)
_ADDRESSES = 10_000  # remembered at once; a forgotten one has all its new marks again
_RENEWED_SECONDS = SECONDS * 0.8
_SHAPE = re.compile(r"([0-9a-f]{1,12})\.([A-Za-z0-9_-]{12})\.([0-9a-f]{32})")


class DeviceMarks:
    """Makes marks, and knows its own."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._new = TokenBuckets(NEW_MARKS, _ADDRESSES)

    def of(self, request: Request) -> str:
        """The mark of the phone that sends this, if it counts now; else ""."""
        cookie = request.cookies.get(COOKIE, "")
        age_seconds = self._age_seconds(cookie)
        return cookie if YOUNG_SECONDS <= age_seconds <= SECONDS else ""

    def give(self, request: Request, response: Response) -> None:
        """Send a mark along with a page to a phone that has none, or an old one, while its address may have more."""
        age_seconds = self._age_seconds(request.cookies.get(COOKIE, ""))
        if age_seconds < _RENEWED_SECONDS:
            return
        now = self._clock()
        if self._new.admit(client_address.of(request.scope), now) > 0:
            return
        response.set_cookie(
            COOKIE,
            self._signed(f"{int(now):x}.{secrets.token_urlsafe(9)}"),
            max_age=SECONDS,
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    def _age_seconds(self, cookie: str) -> float:
        """How old our mark is; infinite for anything that is none of ours."""
        found = _SHAPE.fullmatch(cookie)
        if found is None or not hmac.compare_digest(self._signed(f"{found[1]}.{found[2]}"), cookie):
            return float("inf")
        return self._clock() - int(found[1], 16)

    def _signed(self, content: str) -> str:
        return f"{content}.{hmac.new(self._key, content.encode(), hashlib.sha256).hexdigest()[:32]}"
