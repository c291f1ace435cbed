"""Requests of InfluxDB's clients: pings and writes, of version 2 and of version 1. Pure."""

from __future__ import annotations

import re

from devices.wire.formats.influx import answers, lines, points
from devices.wire.formats.influx.lines import Point
from devices.wire.inputs.format import NotUnderstood, Parcel, Request, Taken

_WRITES = frozenset({"api/v2/write", "write"})
POINTS_MAX, FIELDS_MAX = 1_000, 20_000
_PINGS = frozenset({"ping", "ready"})
_CREATE = re.compile(r"\s*create\s+database\b", re.IGNORECASE)


def take(request: Request) -> Taken:
    """The points of a write, each a message of its box. Raises NotUnderstood for what is no write at all.

    A line that is no point is taken too, and ends among the rejects: whoever wrote it forgets it.

    A ping says whether a point could be stored now: the gateway asks before each, and keeps the point if it is told no.
    """
    path = request.path.strip("/")
    if path in _PINGS and request.method in {"GET", "HEAD"}:
        return Taken(answers.PONG, asks_database=True)
    if path == "health" and request.method in {"GET", "HEAD"}:
        return Taken(answers.HEALTH, asks_database=True)
    if path == "query" and _CREATE.match(_query(request)):  # what the Python client of version 1 begins with
        return Taken(answers.NOTHING_TO_DO)
    if path not in _WRITES:
        raise NotUnderstood(404, "Points are written to api/v2/write or write; nothing is queried here.")
    if request.method != "POST":
        raise NotUnderstood(405, "Points are written by POST.")
    return Taken(answers.STORED, tuple(_parcels(request)))


def _query(request: Request) -> str:
    return request.query.get("q", "") or request.body.decode("utf-8", "replace").removeprefix("q=").replace("+", " ")


def _parcels(request: Request) -> list[Parcel]:
    precision = request.query.get("precision", "ns") or "ns"
    if precision not in points.PER_SECOND and precision not in points.SECONDS:
        raise NotUnderstood(400, f"{precision!r} is no precision: ns, us, ms, s, m or h")
    precision = "us" if precision == "\u00b5" else precision
    found: list[Parcel] = []
    fields = 0
    for point in lines.points(request.body.decode("utf-8", "replace")):
        fields += len(point.fields) if isinstance(point, Point) else 0
        if len(found) == POINTS_MAX or fields > FIELDS_MAX:  # before the rest is read: nobody else is served meanwhile
            raise NotUnderstood(
                413, f"A request has at most {POINTS_MAX} points and {FIELDS_MAX} fields: write smaller batches."
            )
        box = points.box_of(point) if isinstance(point, Point) else ""
        found.append(Parcel(box, point.text.encode(), precision))
    return found
