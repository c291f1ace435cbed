"""Alert rules. Each asks <name>.sql of crisis/alarm/sources/sql.

Its text columns are labels, its one number is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dashboards import queries
from translations.marks import N_

if TYPE_CHECKING:
    from translations.words import Words

GROUP = "kiezbox"
EVERY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """Fires while the number of `<name>.sql` is above (or below) `bound` for `hold`."""

    name: str
    title: str
    summary: str  # may name labels of the row: {{ $labels.box }}
    compare: Literal["gt", "lt"]
    bound: float
    hold: str
    severity: Literal["critical", "warning"]
    dashboard: str  # uid of the dashboard that shows more


RULES: tuple[Rule, ...] = (
    Rule(
        "unreachable",
        N_("Box unreachable"),
        N_("Box {{ $labels.box }} is silent for more than three times its own rhythm."),
        "gt",
        3,
        "5m",
        "warning",
        "kiezbox-box",
    ),
    Rule(
        "battery",
        N_("Battery under a day"),
        N_("The battery of box {{ $labels.box }} lasts less than 24 hours."),
        "lt",
        24,
        "5m",
        "critical",
        "kiezbox-lagebild",
    ),
    Rule(
        "blackout",
        N_("Several boxes of a district on battery"),
        N_("In district {{ $labels.district }} several boxes are on battery: most likely a power cut."),
        "gt",
        1,
        "2m",
        "critical",
        "kiezbox-lagebild",
    ),
    Rule(
        "large_outage",
        N_("Major incident? A large outage"),
        N_("An outage may be a large one. The situation says where, since when and how sure. Is it a major incident?"),
        "gt",
        0,
        "0s",
        "critical",
        "kiezbox-lagebild",
    ),
    Rule(
        "pm2_5",
        N_("PM2.5 above the EU's value for a day"),
        N_(
            "In district {{ $labels.district }} the 24-hour mean of PM2.5 is above {{ $labels.threshold }} µg/m³ "
            "({{ $labels.source }})."
        ),
        "gt",
        0,
        "1h",
        "warning",
        "kiezbox-umwelt",
    ),
    Rule(
        "pm10",
        N_("PM10 above the EU's value for a day"),
        N_(
            "In district {{ $labels.district }} the 24-hour mean of PM10 is above {{ $labels.threshold }} µg/m³ "
            "({{ $labels.source }})."
        ),
        "gt",
        0,
        "1h",
        "warning",
        "kiezbox-umwelt",
    ),
    Rule(
        "heat",
        N_("Heat"),
        N_("In district {{ $labels.district }} it has been warmer than {{ $labels.threshold }} °C for half an hour."),
        "gt",
        0,
        "30m",
        "warning",
        "kiezbox-luft",
    ),
    Rule(
        "clock",
        N_("A box's clock is wrong"),
        N_("The clock of box {{ $labels.box }} is off by more than a minute."),
        "gt",
        60,
        "10m",
        "warning",
        "kiezbox-box",
    ),
    Rule(
        "lag",
        N_("Nothing arrives any more"),
        N_("No reading has been stored for more than ten minutes."),
        "gt",
        600,
        "2m",
        "critical",
        "kiezbox-betrieb",
    ),
    Rule(
        "conservation",
        N_("The books do not balance"),
        N_("Received is not stored + duplicate + rejected: a bug in Kiezbox."),
        "gt",
        0,
        "5m",
        "critical",
        "kiezbox-betrieb",
    ),
    Rule(
        "upkeep",
        N_("The upkeep of the database fails"),
        N_("{{ $labels.part }} ({{ $labels.program }}) fails; the rest goes on. kiezbox doctor says why."),
        "gt",
        0,
        "15m",
        "warning",
        "kiezbox-betrieb",
    ),
    Rule(
        "distress",
        N_("A call for help waits"),
        N_("A call for help has waited for more than two minutes, and nobody has taken it."),
        "gt",
        2,
        "0s",
        "critical",
        "kiezbox-lagebild",
    ),
)


def draw(rule: Rule, folder_uid: str, receiver: str | None, words: Words, runbook_url: str) -> dict[str, Any]:
    """The rule as Grafana's provisioning API takes it.

    Without a receiver, Grafana's own notification policy decides who is notified.
    """
    query = queries.Query(queries.statement("alerts", rule.name)).to_json()
    query["datasource"] = {"type": queries.DATASOURCE_TYPE, "uid": queries.DATASOURCE_UID}
    condition = {"evaluator": {"params": [rule.bound], "type": rule.compare}, "type": "query"}
    drawn: dict[str, Any] = {
        "uid": f"kiezbox-{rule.name}".replace("_", "-"),
        "title": words.text(rule.title),
        "ruleGroup": GROUP,
        "folderUID": folder_uid,
        "condition": "B",
        "data": [
            _step("A", queries.DATASOURCE_UID, query),
            _step("B", "__expr__", {"refId": "B", "type": "threshold", "expression": "A", "conditions": [condition]}),
        ],
        "for": rule.hold,
        "noDataState": "OK",  # no row: there is nothing to compare
        "execErrState": "Error",
        "labels": {"severity": rule.severity, "service": "kiezbox"},
        "annotations": {
            "summary": words.text(rule.summary),
            "runbook_url": f"{runbook_url}#{rule.name.replace('_', '-')}",
            # Not __dashboardUid__: Grafana accepts that only together with the number of a panel.
            "dashboard": f"/d/{rule.dashboard}",
        },
        "isPaused": False,
    }
    if receiver is not None:
        drawn["notification_settings"] = {"receiver": receiver}
    return drawn


def _step(name: str, datasource: str, model: dict[str, Any]) -> dict[str, Any]:
    return {
        "refId": name,
        "datasourceUid": datasource,
        "relativeTimeRange": {"from": 600, "to": 0},
        "model": model,
    }
