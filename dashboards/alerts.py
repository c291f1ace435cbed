"""Alert rules: those of the one list of alarms (crisis/alarm/kinds.py), as the hub brings it into the database."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crisis.alarm import kinds
from crisis.alarm.kinds import DISTRESS, HUB_SILENT
from dashboards import alarm_queries, colors, queries
from dashboards.mappings import MappedValue
from translations import catalogues, domains
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crisis.alarm.kinds import Kind
    from translations.words import Words

GROUP = "kiezbox"
EVERY_SECONDS = 60
RULES = kinds.ALERTS
LABELS = ("alarm", "title", "sentence", "box", "name")
# Templates of Grafana: its own address, the title with the number of what it gathers, the name of a box that has one.
_ROOT = '{{ reReplaceAll "/+$" "" externalURL }}'
_TITLE = '{{ reReplaceAll "[{]count[}]" (printf "%.0f" $values.A.Value) $labels.title }}'
_SENTENCE = _TITLE.replace("$labels.title", "$labels.sentence")
_NAME = "{{ with $labels.name }} ({{ . }}){{ end }}"
_BOX = "{{ with $labels.box }}, Box {{ . }}{{ end }}"  # the title of a call does not say it
_DURATION = "{{ humanizeDuration $values.C.Value }}"
_SINCE = N_("for %(duration)s")
_OPEN_S = "extract(epoch FROM now() - found.opened_at)"
_HEARD_AT = "(SELECT state.heard_at FROM box_state AS state WHERE state.id = found.box)"
_SILENT_S = f"extract(epoch FROM now() - coalesce({_HEARD_AT}, found.opened_at))"


@dataclass(frozen=True, slots=True)
class Figure:
    """How bad it is, or since when: a text with the number that `sql` makes of a row of `found`."""

    text: str
    sql: str


@dataclass(frozen=True, slots=True)
class Message:
    """Which panel shows more of an alert, and what stands behind its title."""

    dashboard: str
    panel: str
    figure: Figure | None = None


_FOR = Figure(_SINCE, _OPEN_S)
_MESSAGES: Mapping[str, Message] = MappingProxyType(
    {
        DISTRESS: Message("lagebild", "open", Figure(N_("waiting for %(duration)s"), _OPEN_S)),
        kinds.PROPOSAL: Message("lagebild", "mode", _FOR),
        kinds.LARGE_OUTAGE: Message(
            "lagebild", "outages", Figure(N_("boxes without power: %(whole)s"), "coalesce(found.value, 0)")
        ),
        kinds.OFFICIAL_WARNING: Message("lagebild", "notices", _FOR),
        HUB_SILENT: Message("betrieb", "server", Figure(_SINCE, "found.value")),
        kinds.NODE_SILENT: Message("box", "power", _FOR),
        kinds.SYNC_BEHIND: Message("box", "power", _FOR),
        kinds.NODE_CLOCK: Message("box", "connection", _FOR),
        kinds.BROKEN_SEAL: Message("box", "power", _FOR),
        kinds.LOG_CHANGED: Message("box", "power", _FOR),
        kinds.DISK: Message("betrieb", "server", _FOR),
        kinds.NOBODY_ON_DUTY: Message("lagebild", "duty", _FOR),
        kinds.CHANNEL_FAILING: Message("betrieb", "server", _FOR),
        kinds.PLAN_WRONG: Message("betrieb", "server", _FOR),
        kinds.SOURCE_FAILING: Message("betrieb", "server", _FOR),
        kinds.CERTIFICATE: Message("betrieb", "server"),
        kinds.UNREACHABLE: Message("box", "power", Figure(N_("silent for %(duration)s"), _SILENT_S)),
        kinds.BATTERY: Message(
            "box", "battery", Figure(N_("lasts another %(duration)s"), "coalesce(found.value, 0) * 3600")
        ),
        "blackout": Message(
            "lagebild", "districts", Figure(N_("boxes on battery: %(whole)s"), "coalesce(found.value, 0)")
        ),
        "pm2_5": Message("umwelt", "limits", Figure(N_("%(tenths)s µg/m³ above it"), "coalesce(found.value, 0)")),
        "pm10": Message("umwelt", "limits", Figure(N_("%(tenths)s µg/m³ above it"), "coalesce(found.value, 0)")),
        "heat": Message("luft", "hourly", Figure(N_("%(tenths)s °C above it"), "coalesce(found.value, 0)")),
        "clock": Message("box", "gaps", Figure(N_("off by %(duration)s"), "coalesce(found.value, 0)")),
        "lag": Message("betrieb", "arriving", Figure(_SINCE, "coalesce(found.value, 0)")),
        "conservation": Message(
            "betrieb",
            "ledger",
            Figure(N_("messages and readings that are missing: %(whole)s"), "coalesce(found.value, 0)"),
        ),
        "upkeep": Message("betrieb", "upkeep"),
        kinds.BACKUP: Message("betrieb", "upkeep"),
    }
)
# A kind that nobody has thought of here is an alert all the same.
MESSAGES = MappingProxyType({kind.name: _MESSAGES.get(kind.name, Message("betrieb", "server", _FOR)) for kind in RULES})
# The titles of kinds, on the box's page: in the catalogue of the list.
TITLES: Mapping[str, MappedValue] = MappingProxyType(
    {kind.name: MappedValue(kind.title, colors.RED, domain=domains.CRISIS) for kind in RULES if kind.name != HUB_SILENT}
)


def statement(kind: Kind, words: Words, *, instead: bool = True) -> str:
    """The SQL of a rule: a row for each alarm, with its texts as labels, and the number that is compared.

    `instead`: without those of which Kiezbox itself tells people.
    """
    number = {DISTRESS: f"{_OPEN_S}::float8 / 60", HUB_SILENT: "found.value"}.get(kind.name, "found.count")
    return _rows(kind, words, f"({number})::float8 AS number", instead=instead)


def readable(kind: Kind, words: Words, *, instead: bool = True) -> str | None:
    """The SQL of the number that people read, with the same labels; since when, for what many are gathered in.

    None where they read none.
    """
    figure = MESSAGES[kind.name].figure
    if figure is None:
        return None
    number = f"CASE WHEN found.count > 1 THEN {_OPEN_S} ELSE {figure.sql} END"
    return _rows(kind, words, f"({number})::float8 AS figure", instead=instead)


def _rows(kind: Kind, words: Words, number: str, *, instead: bool) -> str:
    name = "coalesce((SELECT box.name FROM box WHERE box.id = found.box), '') AS name"
    found = alarm_queries.found(kind, words, instead=instead)
    labels = ", ".join(f"found.{label}" for label in LABELS[:-1])
    return f"WITH {found}\nSELECT {labels},\n       {name}, {number}\nFROM found\n"


def bound(kind: Kind) -> float:
    """Above which number a rule alerts. Other limits than these were judged by the list already."""
    return kind.rule.bound if kind.rule is not None and kind.name in {DISTRESS, HUB_SILENT} else 0


def uid(kind: Kind) -> str:
    """By which Grafana knows the rule."""
    return f"kiezbox-{kind.slug}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a rule goes and what it leads to. `panels`: their numbers, by `<dashboard>/<panel>`.

    Without a receiver, Grafana's own notification policy decides who is notified. `instead`: it alerts only of what
    Kiezbox itself tells nobody of.
    """

    panels: Mapping[str, int]
    folder_uid: str
    receiver: str | None
    runbook_url: str
    instead: bool


def draw(kind: Kind, words: Words, target: Target) -> dict[str, Any]:
    """The rule as Grafana's provisioning API takes it."""
    condition = {"evaluator": {"params": [bound(kind)], "type": "gt"}, "type": "query"}
    steps = [
        _asked("A", statement(kind, words, instead=target.instead)),
        _step("B", "__expr__", {"refId": "B", "type": "threshold", "expression": "A", "conditions": [condition]}),
    ]
    figure = readable(kind, words, instead=target.instead)
    if figure is not None:
        steps.append(_asked("C", figure))
    drawn: dict[str, Any] = {
        "uid": uid(kind),
        "title": catalogues.words(domains.CRISIS, words.language).text(kind.title),
        "ruleGroup": GROUP,
        "folderUID": target.folder_uid,
        "condition": "B",
        "data": steps,
        "for": "0s",  # the list has waited already
        "noDataState": "OK",  # no row: there is nothing to compare
        "execErrState": "Error",
        "labels": {"severity": str(kind.severity), "service": "kiezbox"},
        "annotations": _annotations(kind, words, target),
        "isPaused": False,
    }
    if target.receiver is not None:
        drawn["notification_settings"] = {"receiver": target.receiver, **_grouping(kind)}
    return drawn


def _grouping(kind: Kind) -> dict[str, Any]:
    """How its alerts become messages. Each call for help is a message of its own, at once; the others wait for more."""
    if kind.name == DISTRESS:
        return {"group_by": ["..."], "group_wait": "0s", "group_interval": "1m"}
    return {}


def _annotations(kind: Kind, words: Words, target: Target) -> dict[str, str]:
    """What people read, with the address of the page at that box and time, and the numbers by which Grafana links."""
    message = MESSAGES[kind.name]
    dashboard = f"kiezbox-{message.dashboard}"
    query = "?var-box={{ $labels.box }}" if message.dashboard == "box" else ""
    title = _TITLE if kind.gathers else "{{ $labels.title }}"
    box = _BOX if kind.name == DISTRESS else ""
    return {
        "summary": f"{title}{box}{_NAME}{_figure(kind, words)}",
        "description": _SENTENCE if kind.gathers else "{{ $labels.sentence }}",
        "runbook_url": f"{target.runbook_url}#{kind.slug}",
        "dashboard": f"{_ROOT}/d/{dashboard}{query}",
        "__dashboardUid__": dashboard,
        "__panelId__": str(target.panels[f"{message.dashboard}/{message.panel}"]),
    }


def _figure(kind: Kind, words: Words) -> str:
    """What stands behind the title: `: schweigt seit 3h 0m 0s`; of what gathers many, since when."""
    figure = MESSAGES[kind.name].figure
    if figure is None:
        return ""
    sign = words.exact(0.5, 1)[1]
    tenths = f'{{{{ reReplaceAll "[.]" "{sign}" (printf "%.1f" $values.C.Value) }}}}'
    whole = '{{ printf "%.0f" $values.C.Value }}'
    said = ": " + words.text(figure.text, duration=_DURATION, whole=whole, tenths=tenths)
    if not kind.gathers or figure.text == _SINCE:
        return said
    since = ": " + words.text(_SINCE, duration=_DURATION)
    return f"{{{{ if gt $values.A.Value 1.0 }}}}{since}{{{{ else }}}}{said}{{{{ end }}}}"


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
