"""SQL of the open alarms: of the list that the hub brings into the database, else of the database alone.

While a hub brings its list (migration 0040), that is what counts. While none does (it stands still, or never ran) the
statements of the kinds that have one are asked here, with the same bounds, names and words, so that an alert which
goes on is the same one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.alarm import wording
from crisis.alarm.kinds import DISTRESS, HUB_SILENT, KINDS
from dashboards import queries
from translations import catalogues, domains

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crisis.alarm.kinds import Kind
    from translations.words import Words

# A hub brings its list every few seconds (crisis/alarm/copied); without a word for so long it is silent (kinds.py).
LIST = """list AS (
    SELECT count(*) > 0 AS is_current FROM alarm_list WHERE looked_at > now() - INTERVAL '3 minutes'
)"""
# The text columns of each statement, in its order, and its number.
LABELS: Mapping[str, tuple[str, ...]] = {
    DISTRESS: ("call", "number", "sort", "box", "exercise"),
    HUB_SILENT: (),
    "unreachable": ("box", "district"),
    "battery": ("box", "district"),
    "blackout": ("district",),
    "pm2_5": ("district", "threshold", "source"),
    "pm10": ("district", "threshold", "source"),
    "heat": ("district", "threshold"),
    "clock": ("box",),
    "lag": (),
    "conservation": (),
    "upkeep": ("part", "program"),
    "backup": ("backup",),
}
NUMBERS: Mapping[str, str] = {
    DISTRESS: "minutes",
    HUB_SILENT: "seconds",
    "unreachable": "rhythms",
    "battery": "hours",
    "blackout": "boxes",
    "pm2_5": "excess",
    "pm10": "excess",
    "heat": "excess",
    "clock": "seconds",
    "lag": "seconds",
    "conservation": "missing",
    "upkeep": "failing",
    "backup": "failing",
}
_TITLE_MAX = 80  # of crisis/alarm/wording.py


def found(kind: Kind, words: Words, *, instead: bool) -> str:
    """Common table expressions: `found` has the open alarms of a kind that people are told of, in these words.

    `instead`: without those of which Kiezbox itself tells people.
    """
    parts = []
    if kind.name != HUB_SILENT:  # no hub says that of itself
        parts.append(_listed(kind, words, instead=instead))
    if kind.rule is not None:
        parts.append(_asked(kind, words, instead=instead))
    return _with(parts)


def of_boxes() -> str:
    """Common table expressions: `found` has the alarms of boxes, also those of which nobody is told; without texts."""
    words = catalogues.words(domains.DASHBOARDS, domains.SOURCE)
    listed = (
        "SELECT alarm.kind, alarm.box, alarm.value, alarm.opened_at\n"
        "FROM open_alarm AS alarm, list\nWHERE alarm.box <> '' AND list.is_current\n"
    )
    asked = [
        f"SELECT '{kind.name}', asked.box, asked.value, asked.opened_at\n"
        f"FROM (\n{_asked(kind, words, instead=False)}) AS asked\n"
        for kind in KINDS.values()
        if kind.rule is not None and "box" in LABELS[kind.name]
    ]
    return _with([listed, *asked])


def _with(parts: Iterable[str]) -> str:
    united = "UNION ALL\n".join(parts)
    return f"{LIST},\nfound AS (\n{united})"


def _listed(kind: Kind, words: Words, *, instead: bool) -> str:
    tag = words.language.tag
    bounds = [f"alarm.kind = '{kind.name}'", "alarm.quiet IS NULL"]
    if kind.rule is not None:
        bounds.append("list.is_current")
    if instead:
        bounds.append("NOT alarm.tells")
    return (
        f"SELECT alarm.name AS alarm, alarm.titles ->> '{tag}' AS title, alarm.sentences ->> '{tag}' AS sentence,\n"
        "       alarm.box, alarm.count::float8 AS count, alarm.value, alarm.opened_at\n"
        f"FROM open_alarm AS alarm, list\nWHERE {' AND '.join(bounds)}\n"
    )


def _asked(kind: Kind, words: Words, *, instead: bool) -> str:
    """What the statement finds beyond its bound, named and worded as crisis/alarm does it."""
    rule, labels, number = kind.rule, LABELS[kind.name], NUMBERS[kind.name]
    assert rule is not None
    own = catalogues.words(domains.CRISIS, words.language)
    bounds = [f"rule.{number} {'>' if rule.compare == 'gt' else '<'} {rule.bound:g}"]
    if kind.name != HUB_SILENT:
        bounds.append("NOT list.is_current")
    if instead and kind.name not in {DISTRESS, HUB_SILENT}:  # a call is rather told twice than not at all
        bounds.append("NOT EXISTS (SELECT FROM open_alarm AS told WHERE told.name = called.alarm AND told.tells)")
    opened_at = "now() - rule.minutes * INTERVAL '1 minute'" if kind.name == DISTRESS else "now()"
    box = "rule.box" if "box" in labels else "''"
    return (
        f"SELECT called.alarm, title.title, {_sentence(kind, own)} AS sentence,\n"
        f"       {box} AS box, 1::float8 AS count, rule.{number} AS value, {opened_at} AS opened_at\n"
        f"FROM (\n{queries.statement('alerts', kind.name)}) AS rule\nCROSS JOIN list\n"
        f"CROSS JOIN LATERAL (SELECT {_hex(labels)} AS hex) AS numbered\n"
        "LEFT JOIN district AS named ON lpad(to_hex(named.id::int), 2, '0') = numbered.hex\n"
        f"CROSS JOIN LATERAL (SELECT '{kind.name}/' || {_subject(kind)} AS alarm, {_head(kind, own)} AS head,\n"
        f"    coalesce(named.name, {_filled(_boxes(own), {'hex': 'numbered.hex'})}) AS district) AS called\n"
        f"CROSS JOIN LATERAL (SELECT {_whole()} AS said) AS whole\n"
        f"CROSS JOIN LATERAL (SELECT {_title(kind)} AS title) AS title\n"
        f"WHERE {' AND '.join(bounds)}\n"
    )


def _hex(labels: tuple[str, ...]) -> str:
    """The number of the district in whose boxes' ids it stands; NULL for none."""
    if "district" in labels and "box" not in labels:
        return "nullif(rule.district, '-')"
    if "box" in labels:
        return "substring(rule.box FROM '^([0-9a-f]{2})-[0-9a-f]{2}$')"
    return "NULL::text"


def _subject(kind: Kind) -> str:
    """As crisis/alarm/sources names it."""
    labels = LABELS[kind.name]
    if kind.name == DISTRESS:
        return "rule.call"
    if kind.name == HUB_SILENT:
        return "'hub'"
    if "box" in labels:
        return "rule.box"
    if not labels:
        return f"'{kind.name}'"
    joined = " || ',' || ".join(f"replace(rule.{label}, ' ', '_')" for label in labels)
    return f"left({joined}, 100)"


def _head(kind: Kind, words: Words) -> str:
    """As wording._head writes it, without the district."""
    if kind.name == DISTRESS:
        said = _filled(words.text(wording.CALL, number="{number}"), {"number": "rule.number"})
        sorts = " ".join(f"WHEN {_literal(k)} THEN {_literal(words.text(t))}" for k, t in wording.CALL_KINDS.items())
        return f"{said} || coalesce(' (' || CASE rule.sort {sorts} END || ')', '')"
    title = _literal(words.text(kind.title))
    label = next((name for name in ("box", "part", "backup") if name in LABELS[kind.name]), None)
    return title if label is None else f"{title} || ': ' || rule.{label}"


def _whole() -> str:
    """With the district, where the head does not say it."""
    return (
        "called.head || CASE WHEN numbered.hex IS NULL THEN ''\n"
        "    WHEN named.name IS NULL AND position(numbered.hex || '-' IN called.head) > 0 THEN ''\n"
        "    ELSE ', ' || called.district END"
    )


def _title(kind: Kind) -> str:
    cut = f"left(whole.said, {_TITLE_MAX - 1}) || '…'"
    title = f"CASE WHEN length(whole.said) > {_TITLE_MAX} THEN {cut} ELSE whole.said END"
    drill = f"CASE rule.exercise WHEN 'true' THEN '{wording.EXERCISE} ' ELSE '' END || "
    return drill + title if "exercise" in LABELS[kind.name] else title


def _sentence(kind: Kind, words: Words) -> str:
    labels = LABELS[kind.name]
    values = {label: f"rule.{label}" for label in labels} | (
        {"district": "coalesce(called.district, rule.district)"} if "district" in labels else {}
    )
    known = {name: f"{{{name}}}" for name in values}
    return _filled(words.text(kind.summary, **known), values)


def _boxes(words: Words) -> str:
    return words.text(wording.NUMBERED, number="{hex}")


def _filled(text: str, values: Mapping[str, str]) -> str:
    """The text as an expression of SQL; where {name} stands, that expression."""
    parts, rest = [], text
    while rest:
        places = [(rest.find(f"{{{name}}}"), name) for name in values if f"{{{name}}}" in rest]
        at, name = min(places, default=(len(rest), ""))
        if at:
            parts.append(_literal(rest[:at]))
        if name:
            parts.append(values[name])
        rest = rest[at + len(name) + 2 :] if name else ""
    return " || ".join(parts) or "''"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
