"""The page's content: boxes as cards, by district, in the words of one language. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from api.database import Row
from api.http import times
from api.site import texts
from api.site.texts import Language
from devices import boxes
from devices.readings import Flag

OLD_S = 600  # a value older than this is marked as old

MANY_WAITING = 10  # readings in a box's outbox: fewer are on their way

# What people look for first; what an operator adds to the catalogue follows by name.
_AROUND = (
    *("temperature_outside", "temperature", "humidity", "pressure", "pm2_5", "pm10", "noise"),
    *("water_level", "gas_resistance"),
)
# How the box itself is: folded away where there is something about its surroundings.
_WITHIN = (
    *("battery_voltage", "battery_current", "solar_power", "solar_voltage", "solar_energy_today"),
    *("solar_energy_total", "wifi_clients", "temperature_inside", "humidity_inside", "temperature_clock"),
)
_RANK = {name: rank for rank, name in enumerate((*_AROUND, *_WITHIN))}
_MAIN_SOURCE = "core"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time and its age when the page was made."""

    at: str
    age: str
    is_old: bool


@dataclass(frozen=True, slots=True)
class Value:
    """One line of a card."""

    key: str  # box, source and quantity, as the script finds it
    label: str
    source: str | None  # None: the box itself
    number: str
    unit: str
    flags: tuple[str, ...]
    measured: Moment
    is_within: bool  # about the box, not its surroundings


@dataclass(frozen=True, slots=True)
class Card:
    """One box."""

    box: str
    name: str | None
    state: str  # online, offline, silent
    is_registered: bool
    told: Moment | None  # when it last said something about itself
    mode: str | None
    mains: bool | None
    battery_percent: str | None
    uplink: str | None
    outbox: int | None
    has_many_waiting: bool
    values: tuple[Value, ...]
    folded: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The boxes of one district."""

    heading: str
    district: str | None
    cards: tuple[Card, ...]


def group(rows: Sequence[Row], readings: Iterable[Row], now: datetime, language: Language) -> tuple[Group, ...]:
    """Rows of boxes.sql and page_latest.sql as cards by district; boxes without a district come last."""
    words = texts.texts(language)
    values: dict[str, list[Row]] = {}
    for reading in readings:
        values.setdefault(reading["box"], []).append(reading)
    ordered = sorted(rows, key=lambda row: (_district(row) is None, _district(row) or 0, row["id"]))
    return tuple(
        Group(
            heading=_heading(district, words),
            district=None if district is None else f"{district:02x}",
            cards=tuple(_card(row, values.get(row["id"], []), now, language) for row in found),
        )
        for district, found in groupby(ordered, _district)
    )


def _district(row: Row) -> int | None:
    district: int | None = row["district"]
    return district


def _heading(district: int | None, words: Mapping[str, str]) -> str:
    if district is None:
        return words["elsewhere"]
    if boxes.numbered(district, 0) == boxes.UNCONFIGURED:
        return words["unconfigured"]
    return f"{words['district']} {district}"


def _card(row: Row, readings: Iterable[Row], now: datetime, language: Language) -> Card:
    words = texts.texts(language)
    percent = row["battery_percent"]
    ordered = sorted(
        readings, key=lambda reading: (_RANK.get(reading["quantity"], len(_RANK)), reading["label"], reading["source"])
    )
    values = tuple(_value(reading, now, language) for reading in ordered)
    around = tuple(value for value in values if not value.is_within)
    return Card(
        box=row["id"],
        name=row["name"],
        state="silent" if row["online"] is None else "online" if row["online"] else "offline",
        is_registered=row["registered_at"] is not None,
        told=None if row["told_at"] is None else _moment(row["told_at"], now, words),
        mode=row["mode"] if row["mode"] != "unknown" else None,
        mains=row["mains"],
        battery_percent=None if percent is None else texts.number(round(percent), language),
        uplink=row["uplink"],
        outbox=row["outbox"] or None,
        has_many_waiting=(row["outbox"] or 0) > MANY_WAITING,
        values=around or values,
        folded=tuple(value for value in values if value.is_within) if around else (),
    )


def _value(row: Row, now: datetime, language: Language) -> Value:
    words = texts.texts(language)
    return Value(
        key=f"{row['box']}/{row['source']}/{row['quantity']}",
        label=row["label"],
        source=None if row["source"] == _MAIN_SOURCE else row["source"],
        number=texts.number(row["value"], language),
        unit=texts.sign(row["unit"]),
        flags=tuple(words[f"flag_{slug}"] for slug in Flag(row["flag"]).slugs()),
        measured=_moment(row["measured_at"], now, words),
        is_within=row["quantity"] in _WITHIN,
    )


def _moment(at: datetime, now: datetime, words: Mapping[str, str]) -> Moment:
    age = times.age_s(at, now)
    return Moment(times.write(at), texts.age(age, words), is_old=age > OLD_S)
