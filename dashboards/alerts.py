"""Alert rules over SQL of sql/alerts: text columns are labels, the one number is what a rule compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dashboards import panels
from dashboards.texts import Text

if TYPE_CHECKING:
    from dashboards.texts import Language

GROUP = "kiezbox"
EVERY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """Fires while the number of `sql/alerts/<name>.sql` is above (or below) `bound` for `hold`."""

    name: str
    title: Text
    summary: Text  # may name the row's labels: {{ $labels.box }}
    compare: Literal["gt", "lt"]
    bound: float
    hold: str
    severity: Literal["critical", "warning"]
    page: str  # uid of the dashboard where one looks next


RULES: tuple[Rule, ...] = (
    Rule(
        "unreachable",
        Text("Box nicht erreichbar", "Box unreachable"),
        Text(
            "Box {{ $labels.box }} schweigt länger als dreimal ihren eigenen Rhythmus.",
            "Box {{ $labels.box }} is silent for more than three times its own rhythm.",
        ),
        "gt",
        3,
        "5m",
        "warning",
        "kiezbox-box",
    ),
    Rule(
        "battery",
        Text("Batterie unter einem Tag", "Battery under a day"),
        Text(
            "Die Batterie von Box {{ $labels.box }} reicht keine 24 Stunden mehr.",
            "The battery of box {{ $labels.box }} lasts less than 24 hours.",
        ),
        "lt",
        24,
        "5m",
        "critical",
        "kiezbox-lagebild",
    ),
    Rule(
        "blackout",
        Text("Mehrere Boxen eines Bezirks auf Batterie", "Several boxes of a district on battery"),
        Text(
            "Im Bezirk {{ $labels.district }} laufen mehrere Boxen auf Batterie: vermutlich ein Stromausfall.",
            "In district {{ $labels.district }} several boxes are on battery: most likely a power cut.",
        ),
        "gt",
        1,
        "2m",
        "critical",
        "kiezbox-lagebild",
    ),
    Rule(
        "pm2_5",
        Text("PM2,5 über dem Tageswert der EU", "PM2.5 above the EU's value for a day"),
        Text(
            "Im Bezirk {{ $labels.district }} liegt PM2,5 im Mittel von 24 Stunden über 25 "
            "µg/m³ (EU 2024/2881, ab 2030).",
            "In district {{ $labels.district }} the 24-hour mean of PM2.5 is above 25 µg/m³ (EU 2024/2881, from 2030).",
        ),
        "gt",
        25,
        "1h",
        "warning",
        "kiezbox-umwelt",
    ),
    Rule(
        "pm10",
        Text("PM10 über dem Tageswert der EU", "PM10 above the EU's value for a day"),
        Text(
            "Im Bezirk {{ $labels.district }} liegt PM10 im Mittel von 24 Stunden über 50 µg/m³ (EU 2008/50).",
            "In district {{ $labels.district }} the 24-hour mean of PM10 is above 50 µg/m³ (EU 2008/50).",
        ),
        "gt",
        50,
        "1h",
        "warning",
        "kiezbox-umwelt",
    ),
    Rule(
        "heat",
        Text("Hitze", "Heat"),
        Text(
            "Im Bezirk {{ $labels.district }} ist es seit einer halben Stunde wärmer als 35 °C.",
            "In district {{ $labels.district }} it has been warmer than 35 °C for half an hour.",
        ),
        "gt",
        35,
        "30m",
        "warning",
        "kiezbox-luft",
    ),
    Rule(
        "clock",
        Text("Uhr einer Box geht falsch", "A box's clock is wrong"),
        Text(
            "Die Uhr von Box {{ $labels.box }} weicht um mehr als eine Minute ab.",
            "The clock of box {{ $labels.box }} is off by more than a minute.",
        ),
        "gt",
        60,
        "10m",
        "warning",
        "kiezbox-box",
    ),
    Rule(
        "lag",
        Text("Es kommt nichts mehr an", "Nothing arrives any more"),
        Text(
            "Seit mehr als zehn Minuten wurde kein Messwert mehr gespeichert.",
            "No reading has been stored for more than ten minutes.",
        ),
        "gt",
        600,
        "2m",
        "critical",
        "kiezbox-betrieb",
    ),
    Rule(
        "conservation",
        Text("Die Bücher stimmen nicht", "The books do not balance"),
        Text(
            "Empfangen ist nicht gespeichert + doppelt + abgewiesen: ein Fehler in Kiezbox.",
            "Received is not stored + duplicate + rejected: a bug in Kiezbox.",
        ),
        "gt",
        0,
        "5m",
        "critical",
        "kiezbox-betrieb",
    ),
    Rule(
        "upkeep",
        Text("Die Wartung der Datenbank scheitert", "The upkeep of the database fails"),
        Text(
            "{{ $labels.part }} ({{ $labels.program }}) scheitert; das Übrige läuft. kiezbox doctor sagt, woran.",
            "{{ $labels.part }} ({{ $labels.program }}) fails; the rest goes on. kiezbox doctor says why.",
        ),
        "gt",
        0,
        "15m",
        "warning",
        "kiezbox-betrieb",
    ),
    Rule(
        "distress",
        Text("Hilferuf wartet", "A call for help waits"),
        Text(
            "Seit mehr als zwei Minuten wartet ein Hilferuf, den niemand übernommen hat.",
            "A call for help has waited for more than two minutes, and nobody has taken it.",
        ),
        "gt",
        2,
        "0s",
        "critical",
        "kiezbox-lagebild",
    ),
)


def draw(rule: Rule, folder_uid: str, receiver: str | None, language: Language, runbook_url: str) -> dict[str, Any]:
    """The rule as Grafana's provisioning API takes it. Without a receiver, Grafana's own policy says who is told."""
    query = panels.Query(panels.statement("alerts", rule.name)).to_json()
    query["datasource"] = {"type": panels.DATASOURCE_TYPE, "uid": panels.DATASOURCE_UID}
    condition = {"evaluator": {"params": [rule.bound], "type": rule.compare}, "type": "query"}
    drawn: dict[str, Any] = {
        "uid": f"kiezbox-{rule.name}".replace("_", "-"),
        "title": rule.title.in_(language),
        "ruleGroup": GROUP,
        "folderUID": folder_uid,
        "condition": "B",
        "data": [
            _step("A", panels.DATASOURCE_UID, query),
            _step("B", "__expr__", {"refId": "B", "type": "threshold", "expression": "A", "conditions": [condition]}),
        ],
        "for": rule.hold,
        "noDataState": "OK",  # no row: nothing of the kind exists
        "execErrState": "Error",
        "labels": {"severity": rule.severity, "service": "kiezbox"},
        "annotations": {
            "summary": rule.summary.in_(language),
            "runbook_url": f"{runbook_url}#{rule.name.replace('_', '-')}",
            "dashboard": f"/d/{rule.page}",  # not __dashboardUid__: Grafana wants a panel's number with it
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
