"""GroupAlarm as a plugin of apprise: `groupalarm://TOKEN@/?organization=1&labels=2,3&personal=yes`.

Source: developer.groupalarm.com, `POST /api/v1/alarm`; it answers 201.
"""

from __future__ import annotations

from typing import Any

from apprise.common import NotifyType
from apprise.utils.parse import parse_bool

from crisis.alarm.apprise.plugin import JsonPlugin, address

_RESOURCES = ("users", "units", "labels", "scenarios")
_MESSAGE, _NAME = 1000, 100  # characters
_HOST = "app.groupalarm.com"


class NotifyGroupAlarm(JsonPlugin):
    """An alarm in GroupAlarm, for users, units, labels or scenarios of one organization."""

    service_name = "GroupAlarm"
    service_url = "https://www.groupalarm.com"
    setup_url = "https://developer.groupalarm.com"
    secure_protocol = "groupalarm"
    title_maxlen, body_maxlen = 250, 32768
    templates = ("{schema}://{token}@",)

    def __init__(
        self,
        *,
        organization: int,
        resources: dict[str, list[int]],
        personal: bool = False,
        mode: str = "best-effort",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.organization, self.resources, self.is_personal, self.mode = organization, resources, personal, mode

    def send(self, body: str, title: str = "", notify_type: Any = NotifyType.INFO, **kwargs: Any) -> bool:
        """Alarm them. True when GroupAlarm took it; else `failure` says why."""
        del notify_type, kwargs
        # Of a label so many people as it has are alarmed: amount 0 stands for all of them.
        resources: dict[str, Any] = {name: ids for name, ids in self.resources.items() if ids}
        if labels := resources.get("labels"):
            resources["labels"] = [{"labelID": label, "amount": 0} for label in labels]
        alarm = {
            "organizationID": self.organization,
            "alarmResources": resources,
            "eventName": title[:_NAME],
            "message": "\n".join(part for part in (title, body) if part)[:_MESSAGE],
            "mode": self.mode,
        }  # without a startTime it begins at once; by our clock, which may be wrong, it could begin in a year
        header = "Personal-Access-Token" if self.is_personal else "API-TOKEN"
        return self._post(f"{self.address}/api/v1/alarm", alarm, {header: self.secret})

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        """The parts of an address."""
        results: dict[str, Any] | None = JsonPlugin.parse_url(url, verify_host=False)
        if not results or not results.get("user"):
            return None
        given = results["qsd"]
        try:
            results["organization"] = int(given["organization"])
            results["resources"] = {
                name: [int(number) for number in given.get(name, "").split(",") if number] for name in _RESOURCES
            }
        except (KeyError, ValueError):
            return None
        results["secret"] = JsonPlugin.unquote(results["user"])
        results["address"] = address(results.get("host") or "", results.get("port"), default=_HOST)
        results["personal"] = parse_bool(given.get("personal", False))
        results["mode"] = given.get("mode", "best-effort")
        return results
