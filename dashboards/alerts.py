"""Alert rules: those of the one list of alarms (crisis/alarm/kinds.py) that ask the database.

Each asks <name>.sql of crisis/alarm/sources/sql: its text columns are labels, its one number is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crisis.alarm import kinds
from dashboards import colors, queries
from dashboards.mappings import MappedValue
from translations import catalogues, domains
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crisis.alarm.kinds import Kind
    from translations.words import Words

GROUP = "kiezbox"
EVERY_SECONDS = 60
RULES = kinds.RULES
# Templates of Grafana: its own address, the name of the box where it has one, what stands before a drill.
_ROOT = '{{ reReplaceAll "/+$" "" externalURL }}'
_NAME = "{{ with $labels.name }} ({{ . }}){{ end }}"
_DRILL = "{{ if $labels.exercise }}%s{{ end }}"
_SILENT_S = "extract(epoch FROM now() - (SELECT state.heard_at FROM box_state AS state WHERE state.id = rule.box))"
_NUMBERS = {"distress": "minutes", "unreachable": "rhythms", "battery": "hours", "clock": "seconds"}


@dataclass(frozen=True, slots=True)
class Message:
    """What an alert says first, as it is read on a phone, and which panel shows more.

    The sentence names labels (`labels`: the text columns of the rule's statement) and the number: that of the rule, or
    the duration that `seconds` (SQL) makes of its row.
    """

    sentence: str
    dashboard: str
    panel: str
    labels: tuple[str, ...] = ()
    seconds: str | None = None

    @property
    def is_of_box(self) -> bool:
        """Whether each of its alerts is one of a box."""
        return "box" in self.labels


MESSAGES: Mapping[str, Message] = MappingProxyType(
    {
        "distress": Message(
            N_(
                "%(drill)sCall for help %(number)s from box %(box)s has waited for %(duration)s, and nobody has "
                "taken it."
            ),
            "lagebild",
            "open",
            ("call", "number", "box", "exercise"),
            "rule.minutes * 60",
        ),
        "large_outage": Message(
            N_("An outage may be a large one: boxes without power: %(whole)s."), "lagebild", "outages", ("outage",)
        ),
        "unreachable": Message(
            N_("Box %(box)s has been silent for %(duration)s."), "box", "power", ("box", "district"), _SILENT_S
        ),
        "battery": Message(
            N_("The battery of box %(box)s lasts another %(duration)s."),
            "box",
            "battery",
            ("box", "district"),
            "rule.hours * 3600",
        ),
        "blackout": Message(
            N_("District %(district)s, boxes on battery: %(whole)s. Most likely a power cut."),
            "lagebild",
            "districts",
            ("district",),
        ),
        "pm2_5": Message(
            N_("District %(district)s: PM2.5 of 24 hours is %(tenths)s µg/m³ above %(threshold)s µg/m³."),
            "umwelt",
            "limits",
            ("district", "threshold", "source"),
        ),
        "pm10": Message(
            N_("District %(district)s: PM10 of 24 hours is %(tenths)s µg/m³ above %(threshold)s µg/m³."),
            "umwelt",
            "limits",
            ("district", "threshold", "source"),
        ),
        "heat": Message(
            N_("District %(district)s: for half an hour it has been %(tenths)s °C above %(threshold)s °C."),
            "luft",
            "hourly",
            ("district", "threshold"),
        ),
        "clock": Message(
            N_("The clock of box %(box)s is off by %(duration)s."), "box", "gaps", ("box",), "rule.seconds"
        ),
        "lag": Message(N_("No reading has been stored for %(duration)s."), "betrieb", "arriving", (), "rule.seconds"),
        "conservation": Message(
            N_("The ledger does not account for %(whole)s messages and readings: a bug in Kiezbox."),
            "betrieb",
            "ledger",
        ),
        "upkeep": Message(
            N_("%(part)s (%(program)s) fails. kiezbox doctor says why."), "betrieb", "upkeep", ("part", "program")
        ),
        "backup": Message(
            N_("The backup %(backup)s failed, or was not made in time. kiezbox backup list says why."),
            "betrieb",
            "upkeep",
            ("backup",),
        ),
    }
)
_NUMBERS_SHOWN = {
    "whole": '{{ printf "%.0f" $values.A.Value }}',
    "tenths": '{{ printf "%.1f" $values.A.Value }}',
    "duration": "{{ humanizeDuration $values.C.Value }}",
}
# The titles of kinds that boxes have, on the box's page: in the catalogue of the list.
TITLES: Mapping[str, MappedValue] = MappingProxyType(
    {
        kind.name: MappedValue(kind.title, colors.RED, domain=domains.CRISIS)
        for kind in RULES
        if MESSAGES[kind.name].is_of_box
    }
)


def statement(kind: Kind) -> str:
    """The SQL of a rule; of a box's, with the name that people know the box by as one more label."""
    asked = queries.statement("alerts", kind.name)
    if not MESSAGES[kind.name].is_of_box:
        return asked
    name = "coalesce((SELECT box.name FROM box WHERE box.id = rule.box), '') AS name"
    return f"SELECT {name}, rule.*\nFROM (\n{asked}) AS rule\n"


def readable(kind: Kind) -> str | None:
    """The SQL of the duration that people read, with the same labels; None where they read the rule's own number."""
    message = MESSAGES[kind.name]
    if message.seconds is None:
        return None
    labels = (*message.labels, "name") if message.is_of_box else message.labels
    columns = "".join(f"rule.{label}, " for label in labels)
    return f"SELECT {columns}({message.seconds})::float8 AS seconds\nFROM (\n{statement(kind)}) AS rule\n"


def of_box() -> str:
    """The SQL of what is wrong with the box of a page: each kind that boxes have, by the bound of the list."""
    parts = []
    for kind in RULES:
        rule, message = kind.rule, MESSAGES[kind.name]
        if rule is None or not message.is_of_box:
            continue
        sign = ">" if rule.compare == "gt" else "<"
        asked = queries.statement("alerts", kind.name)
        parts.append(
            f"SELECT '{kind.name}' AS alarm, rule.box, ({message.seconds})::float8 AS seconds\n"
            f"FROM (\n{asked}) AS rule\nWHERE rule.{_NUMBERS[kind.name]} {sign} {rule.bound:g}\n"
        )
    return "UNION ALL\n".join(parts)


def uid(kind: Kind) -> str:
    """By which Grafana knows the rule."""
    return f"kiezbox-{kind.slug}"


def draw(
    kind: Kind, words: Words, panels: Mapping[str, int], *, folder_uid: str, receiver: str | None, runbook_url: str
) -> dict[str, Any]:
    """The rule as Grafana's provisioning API takes it. `panels` are the numbers of panels, by `<dashboard>/<panel>`.

    Without a receiver, Grafana's own notification policy decides who is notified.
    """
    rule, message = kind.rule, MESSAGES[kind.name]
    assert rule is not None
    condition = {"evaluator": {"params": [rule.bound], "type": rule.compare}, "type": "query"}
    steps = [
        _asked("A", statement(kind)),
        _step("B", "__expr__", {"refId": "B", "type": "threshold", "expression": "A", "conditions": [condition]}),
    ]
    duration = readable(kind)
    if duration is not None:
        steps.append(_asked("C", duration))
    drawn: dict[str, Any] = {
        "uid": uid(kind),
        "title": catalogues.words(domains.CRISIS, words.language).text(kind.title),
        "ruleGroup": GROUP,
        "folderUID": folder_uid,
        "condition": "B",
        "data": steps,
        "for": f"{rule.hold_seconds}s",
        "noDataState": "OK",  # no row: there is nothing to compare
        "execErrState": "Error",
        "labels": {"severity": str(kind.severity), "service": "kiezbox"},
        "annotations": _annotations(kind, message, words, runbook_url, panels),
        "isPaused": False,
    }
    if receiver is not None:
        drawn["notification_settings"] = {"receiver": receiver, **_grouping(kind)}
    return drawn


def _grouping(kind: Kind) -> dict[str, Any]:
    """How its alerts become messages. Each call for help is a message of its own, at once; the others wait for more."""
    if kind.name == kinds.DISTRESS:
        return {"group_by": ["..."], "group_wait": "0s", "group_interval": "1m"}
    return {}


def _annotations(
    kind: Kind, message: Message, words: Words, runbook_url: str, panels: Mapping[str, int]
) -> dict[str, str]:
    """What people read, with the address of the page at that box and time, and the numbers by which Grafana links."""
    labels = {label: f"{{{{ $labels.{label} }}}}" for label in message.labels}
    summary = catalogues.words(domains.CRISIS, words.language).text(kind.summary, **labels)
    if message.is_of_box:
        labels["box"] += _NAME
    if kind.name == kinds.DISTRESS:
        labels["drill"] = _DRILL % words.text(N_("EXERCISE: "))
    uid = f"kiezbox-{message.dashboard}"
    query = "?var-box={{ $labels.box }}" if message.dashboard == "box" else ""
    return {
        "summary": words.text(message.sentence, **labels, **_NUMBERS_SHOWN),
        "description": summary,
        "runbook_url": f"{runbook_url}#{kind.slug}",
        "dashboard": f"{_ROOT}/d/{uid}{query}",
        "__dashboardUid__": uid,
        "__panelId__": str(panels[f"{message.dashboard}/{message.panel}"]),
    }


def _asked(name: str, sql: str) -> dict[str, Any]:
    model = queries.Query(sql, ref_id=name).to_json()
    model["datasource"] = {"type": queries.DATASOURCE_TYPE, "uid": queries.DATASOURCE_UID}
    return _step(name, queries.DATASOURCE_UID, model)


def _step(name: str, datasource: str, model: dict[str, Any]) -> dict[str, Any]:
    return {
        "refId": name,
        "datasourceUid": datasource,
        "relativeTimeRange": {"from": 600, "to": 0},
        "model": model,
    }
