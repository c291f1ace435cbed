"""DIVERA 24/7 as a plugin of apprise: `divera://ACCESSKEY@/?ric=..&free=yes&priority=no`.

Source: api.divera247.com, `POST /api/v2/alarms`. The free edition keeps the title alone, 30 characters of it, and takes
one request in five minutes.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from apprise.common import NotifyType
from apprise.utils.parse import parse_bool

from crisis.alarm.apprise.plugin import JsonPlugin, address

_TITLE, _FREE_TITLE, _TEXT = 50, 30, 1000  # characters that it keeps
_HOST = "app.divera247.com"


class NotifyDivera(JsonPlugin):
    """An alarm in DIVERA 24/7, for everybody or for the groups of a RIC."""

    service_name = "DIVERA 24/7"
    service_url = "https://www.divera247.com"
    setup_url = "https://api.divera247.com"
    secure_protocol = "divera"
    title_maxlen, body_maxlen = 250, 32768  # cut below, not into several alarms
    templates = ("{schema}://{accesskey}@",)

    def __init__(self, *, ric: str = "", free: bool = False, priority: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ric, self.free, self.is_priority = ric, free, priority

    def send(self, body: str, title: str = "", notify_type: Any = NotifyType.INFO, **kwargs: Any) -> bool:
        """Alarm them. True when DIVERA took it; else `failure` says why."""
        del notify_type, kwargs
        alarm: dict[str, Any] = {
            "title": cut(title, _FREE_TITLE if self.free else _TITLE),
            "priority": self.is_priority and not self.is_end,
            "send_push": True,
            "notification_type": 3 if self.ric else 2,  # groups, or everybody
        }
        if not self.free:
            alarm["text"] = cut(body, _TEXT)
            if self.key:
                alarm["foreign_id"] = self.key
        if self.ric:
            alarm["ric"] = self.ric
        url = f"{self.address}/api/v2/alarms?accesskey={quote(self.secret, safe='')}"
        return self._post(url, {"Alarm": alarm}, {})

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        """The parts of an address."""
        results: dict[str, Any] | None = JsonPlugin.parse_url(url, verify_host=False)
        if not results or not results.get("user"):
            return None
        given = results["qsd"]
        results["secret"] = JsonPlugin.unquote(results["user"])
        results["address"] = address(results.get("host") or "", results.get("port"), default=_HOST)
        results["ric"] = given.get("ric", "")
        results["free"] = parse_bool(given.get("free", False))
        results["priority"] = parse_bool(given.get("priority", True))
        return results


def cut(text: str, most: int) -> str:
    """The text, with an ellipsis where it had to be cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
