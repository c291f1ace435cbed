"""What residents send in the tests."""

from __future__ import annotations

import re

import httpx

from api.crisis import limits
from api.crisis.residents import receipt_guesses

CALL = {"kind": "fire", "text": "Rauch im Keller", "people": 3, "contact": "Ayşe, 0170 1", "language": "tr"}
TYPED = {"kind": "fire", "place": "Müllerstr. 5, 3. OG", "text": "Rauch", "people": "3", "token": "t1", "lang": "de"}


PATHS = ("/crisis/distress", "/crisis/reports")
HOSTILE = {
    "markup": "<script>alert(1)</script>&amp;\"'",
    "emoji": "🆘👩‍👩‍👧 Hilfe",
    "right to left": "دخان في القبو \u202e",
    "nulls": "a\0b\x07c",
    "lone surrogate": "a\ud800b",
    "lines": "eins\r\nzwei\rdrei",
}


def stand_still(client: httpx.AsyncClient) -> None:
    """Stop the clock of the limits: however slow this machine is, nothing fills up again meanwhile."""
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    state = transport.app.state  # type: ignore[attr-defined]  # it is a FastAPI
    state.limits = limits.Limits()
    state.limits.reports = limits.Limit(limits.REPORTS, lambda: 0.0)
    state.guesses = receipt_guesses.Guesses(lambda: 0.0)


def token_of(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found is not None
    return found[1]
