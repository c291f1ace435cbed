"""Who is told of an alert, and by what, in words for operators. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboards.bundle import Bundle

_EXAMPLE = "<example@email.com>"  # the address of the receiver that a new Grafana has
NOBODY = "nobody is told of alerts: set KIEZBOX_GRAFANA_ALERT_EMAILS or KIEZBOX_GRAFANA_ALERT_WEBHOOK"


def by(bundle: Bundle) -> str:
    """Who is told by the contact points of the settings; empty where Grafana's own policy decides."""
    if bundle.rules is None:
        return "Grafana alerts nobody: KIEZBOX_GRAFANA_ALERT_RULES is never, and Kiezbox tells people itself"
    told = _listed(bundle.contacts)
    return f"{told}, while Kiezbox itself tells nobody" if told and bundle.instead else told


def by_policy(receiver: str, points: Iterable[dict[str, Any]]) -> str:
    """Who is told by the contact points of the receiver that Grafana's own policy names."""
    known = list(points)
    if not known or all(_EXAMPLE in str(point.get("settings", {}).get("addresses", "")) for point in known):
        return NOBODY
    return f"{_listed(known)}, as Grafana's own notification policy says ({receiver})"


def _listed(points: Iterable[dict[str, Any]]) -> str:
    said = []
    for point in points:
        settings = point.get("settings", {})
        if point["type"] == "email":
            said.append(f"by mail: {str(settings.get('addresses', '')).replace(';', ', ')}")
        else:
            said.append(f"by {point['type']}")  # its address may hold a secret
    return "; ".join(said)
