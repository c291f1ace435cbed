"""What our plugins of apprise have in common: one JSON request, and a precise word of what became of it."""

from __future__ import annotations

import json
import math
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, ClassVar

import requests
from apprise.plugins.base import NotifyBase
from apprise.url import PrivacyMode

if TYPE_CHECKING:
    from collections.abc import Mapping

_RETRY_AFTER_MAX_SECONDS = 3600.0
_OK, _REDIRECTS, _CLIENT_ERRORS = range(200, 300), range(300, 400), range(400, 500)
_TOO_MANY = 429
_WITHOUT_WORDS = frozenset({201, 204})
_AGAIN = frozenset({408, _TOO_MANY})  # of the client's errors, those that pass
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


class Failure(Exception):  # noqa: N818 -- says what happened
    """Why a request failed, as in `lines.Result`."""

    def __init__(self, slug: str, text: str, *, is_final: bool, retry_after_seconds: float | None = None) -> None:
        super().__init__(text)
        self.slug = slug
        self.text = text
        self.is_final = is_final
        self.retry_after_seconds = retry_after_seconds


class JsonPlugin(NotifyBase):  # type: ignore[misc]  # apprise is typed in part only
    """A service that takes an alarm as JSON over HTTPS. After a `send` that returned False, `failure` says why."""

    host_default: ClassVar[str]
    attachment_support = False
    request_rate_per_sec = 0  # how much somebody is told is decided elsewhere
    overflow_mode = "upstream"

    def __init__(self, secret: str, address: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.secret = secret
        self.address = address
        self.redirects = False  # it would hand the key to whoever the server names
        self.socket_connect_timeout = 10.0
        self.socket_read_timeout = 20.0
        self.failure: Failure | None = None
        self.severity, self.is_end, self.key = "warning", False, ""  # of the message, where the caller knows

    def _post(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        self.failure = None
        try:
            answer = requests.post(
                url,
                json=body,
                headers={"User-Agent": "Kiezbox", **headers},
                timeout=self.request_timeout,
                allow_redirects=False,
                verify=self.verify_certificate,
            )
        except requests.Timeout:
            self.failure = Failure("timeout", "it does not answer", is_final=False)
        except requests.RequestException as error:
            self.failure = Failure("unreachable", type(error).__name__, is_final=False)  # its text has the address
        else:
            self.failure = judged(answer.status_code, answer.headers.get("Retry-After"), time.time()) or said(
                answer.status_code, answer.content
            )
        return self.failure is None

    @property
    def url_identifier(self) -> tuple[str, ...]:
        """What makes this address one of its own."""
        return (self.secure_protocol, self.secret, self.address)

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:
        """The address, for people without its secret."""
        secret = self.pprint(self.secret, privacy, mode=PrivacyMode.Secret, safe="")
        del args, kwargs
        return f"{self.secure_protocol}://{secret}@{self.address.partition('://')[2]}/"


def judged(status: int, retry_after: str | None, now: float) -> Failure | None:
    """What an answer means. A service that is overloaded or broken is tried again, one that refuses us is not."""
    if status in _OK:
        return None
    text = f"it answered {status}"
    if status in _AGAIN or status not in {*_CLIENT_ERRORS, *_REDIRECTS}:
        slug = "limited" if status == _TOO_MANY else "failed"
        return Failure(slug, text, is_final=False, retry_after_seconds=_seconds(retry_after, now))
    if status in _REDIRECTS:
        return Failure("redirected", f"{text}, which is not followed: enter the new address", is_final=True)
    return Failure("rejected", text, is_final=True)


def said(status: int, body: bytes) -> Failure | None:
    """What the JSON of an answer means whose status is fine: a service may say there that it alarmed nobody.

    What is no JSON object comes from somebody in between, as a page that says "maintenance". That something was made,
    or that there is no content (RFC 9110, 15.3), needs no words: else people would be alarmed again and again.
    """
    if status in _WITHOUT_WORDS and not body.strip():
        return None
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return Failure("failed", "it answered with something else than the service does", is_final=False)
    if found.get("success", True) is False:
        return Failure("rejected", "it says that it has alarmed nobody (success: false)", is_final=True)
    return None


def _seconds(retry_after: str | None, now: float) -> float | None:
    """Retry-After: seconds, or a date (RFC 9110, 10.2.3). None where there is none that makes sense."""
    if retry_after is None:
        return None
    try:
        found = (
            float(retry_after)
            if retry_after.strip().isdigit()
            else parsedate_to_datetime(retry_after).timestamp() - now
        )
    except (ValueError, OverflowError):
        return None
    return min(max(found, 0.0), _RETRY_AFTER_MAX_SECONDS) if math.isfinite(found) else None


def address(host: str, port: int | None, *, default: str) -> str:
    """Where the service is: HTTPS, but for one on this machine."""
    if not host:
        return f"https://{default}"
    scheme = "http" if host in _LOCAL else "https"
    return f"{scheme}://{host}" + (f":{port}" if port else "")
