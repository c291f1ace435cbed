"""Boxes as cards, in the words of one language. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from api.database import Row
from api.http import times
from api.site.city import quantities
from devices.readings import Flag, Mode
from translations import units
from translations.marks import N_
from translations.words import Words

OLD_S = 600  # a value older than this is marked as old

MANY_WAITING = 10  # readings in a box's outbox: fewer are on their way

STATES: Mapping[str, str] = MappingProxyType(
    {"online": N_("online"), "offline": N_("offline"), "silent": N_("no status")}
)
MODES: Mapping[Mode, str] = MappingProxyType(
    {Mode.NORMAL: N_("normal"), Mode.EMERGENCY: N_("emergency"), Mode.MAINTENANCE: N_("maintenance")}
)
UPLINKS: Mapping[str, str] = MappingProxyType(
    {"mesh": N_("radio mesh"), "wifi": N_("Wi-Fi"), "lan": N_("cable"), "lte": N_("mobile network")}
)
FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "suspect": N_("suspect"),
        "clock_unset": N_("clock unset"),
        "unconfigured": N_("unconfigured"),
        "receipt_time": N_("time of receipt"),
        "network_time": N_("time of the network"),
    }
)

# What people look for first: surroundings, then the box. All else in the catalogue follows by name.
_FIRST = (
    *("temperature_outside", "temperature", "humidity", "pressure", "pm2_5", "pm10", "noise"),
    *("water_level", "battery_voltage", "battery_current", "solar_power", "solar_voltage", "solar_energy_today"),
    *("solar_energy_total", "wifi_clients", "gas_resistance"),
)
_RANK = {name: rank for rank, name in enumerate(_FIRST)}
_MAIN_SOURCE = "core"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A time, and its age when the page was made."""

    at: str
    age: str
    is_old: bool


@dataclass(frozen=True, slots=True)
class Value:
    """One line of a card."""

    key: str  # box, source and quantity, by which the script finds the line
    label: str
    source: str | None  # None: the box itself, or nothing else of it measures the same
    number: str
    unit: str
    flags: tuple[str, ...]
    measured: Timestamp
    is_for_operators: bool  # and says nothing of the surroundings


@dataclass(frozen=True, slots=True)
class Card:
    """One box."""

    box: str
    name: str | None
    state: str  # a key of STATES
    state_label: str
    is_registered: bool
    status: Timestamp | None  # of the newest status message
    mode: Mode | None
    mode_label: str
    mains: bool | None
    battery_percent: str | None
    uplink: str | None
    outbox: int | None
    has_many_waiting: bool
    values: tuple[Value, ...]
    folded: tuple[Value, ...]


def of(rows: Sequence[Row], readings: Iterable[Row], now: datetime, words: Words) -> dict[str, Card]:
    """Rows of the API's boxes.sql and of newest.sql as cards, by box."""
    by_box: dict[str, list[Row]] = {}
    for reading in readings:
        by_box.setdefault(reading["box"], []).append(reading)
    return {row["id"]: _card(row, by_box.get(row["id"], []), now, words) for row in rows}


def _card(row: Row, readings: Iterable[Row], now: datetime, words: Words) -> Card:
    percent = row["battery_percent"]
    state = "silent" if row["online"] is None else "online" if row["online"] else "offline"
    mode = Mode(row["mode"]) if row["mode"] not in {None, Mode.UNKNOWN} else None
    ordered = sorted(
        readings, key=lambda reading: (_RANK.get(reading["quantity"], len(_RANK)), reading["label"], reading["source"])
    )
    sources = Counter(reading["quantity"] for reading in ordered)
    values = tuple(_value(reading, now, words, is_alone=sources[reading["quantity"]] == 1) for reading in ordered)
    surroundings = tuple(value for value in values if not value.is_for_operators)
    return Card(
        box=row["id"],
        name=row["name"],
        state=state,
        state_label=words.text(STATES[state]),
        is_registered=row["registered_at"] is not None,
        status=None if row["told_at"] is None else _timestamp(row["told_at"], now, words),
        mode=mode,
        mode_label="" if mode is None else words.text(MODES[mode]),
        mains=row["mains"],
        battery_percent=None if percent is None else words.measured(round(percent)),
        uplink=words.text(UPLINKS[row["uplink"]]) if row["uplink"] in UPLINKS else row["uplink"],
        outbox=row["outbox"] or None,
        has_many_waiting=(row["outbox"] or 0) > MANY_WAITING,
        values=surroundings or values,
        folded=tuple(value for value in values if value.is_for_operators) if surroundings else (),
    )


def _value(row: Row, now: datetime, words: Words, *, is_alone: bool) -> Value:
    return Value(
        key=f"{row['box']}/{row['source']}/{row['quantity']}",
        label=row["label"],
        source=None if is_alone or row["source"] == _MAIN_SOURCE else row["source"],
        number=words.measured(row["value"]),
        unit=units.sign(row["unit"]),
        flags=tuple(words.text(FLAGS[slug]) for slug in Flag(row["flag"]).slugs()),
        measured=_timestamp(row["measured_at"], now, words),
        is_for_operators=quantities.is_for_operators(row["quantity"], is_about_box=row["is_about_box"]),
    )


def _timestamp(at: datetime, now: datetime, words: Words) -> Timestamp:
    age_s = times.age_s(at, now)
    return Timestamp(times.write(at), words.short_age(age_s), is_old=age_s > OLD_S)
