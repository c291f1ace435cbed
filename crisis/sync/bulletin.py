"""Bulletins: what is in force now, retained at the broker for boxes that take no part in the sync. Pure.

`kb/v1/all/bulletin` holds what is decided for the city and for boxes without a number; `kb/v1/district-{dd}/bulletin`
what is decided for a district and the numbered boxes in it. A box reads both.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crisis.model import areas, contents, event_bodies
from crisis.model.contents import Severity
from crisis.sync import frames

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crisis.state.state import State
    from crisis.state.views import AreaMode, Notice, Point
    from crisis.trust.certificates import Certificate
    from crisis.trust.keys import SigningKey

BYTES_MAX = 60 * 1024
HOLDS = timedelta(days=1)  # after that it is no word of a hub that nobody has heard since
_MARK = b"kiezbox-bulletin-1\0"
_WORST_FIRST = {severity: rank for rank, severity in enumerate(Severity)}


def topic(area: str) -> str:
    """The topic at which the bulletin of the city or a district is retained."""
    return f"kb/v1/{area}/bulletin"


def bulletin_area(area: str) -> str:
    """The area, the city or a district, whose bulletin holds what is decided for this area."""
    return areas.district(area) or areas.EVERYWHERE


def compose(state: State, boxes: Iterable[str], now: datetime) -> dict[str, dict[str, Any]]:
    """The content of each bulletin by area, without its time: for the city, each district with a box or a decision."""
    bulletins: dict[str, dict[str, list[Any]]] = {}

    def at(area: str) -> dict[str, list[Any]]:
        return bulletins.setdefault(bulletin_area(area), {"modes": [], "notices": [], "points": []})

    at(areas.EVERYWHERE)
    for box in boxes:
        at(box)
    for mode in state.area_modes():
        if mode.mode is not None:
            at(mode.area)["modes"].append(_mode(mode))
    for notice in sorted(state.notices(), key=lambda found: _WORST_FIRST[found.content.severity]):
        listed = at(notice.content.area)["notices"]
        if notice.is_standing(now):
            listed.append(_notice(notice))
    for point in state.points():
        listed = at(point.content.area)["points"]
        if point.closed is None:
            listed.append(_point(point))
    return {area: _fitted(area, found) for area, found in bulletins.items()}


def encode(
    content: dict[str, Any], now: datetime, version: int = 0, key: SigningKey | None = None, serial: int | None = None
) -> bytes:
    """The payload of a bulletin: with a version that only grows and an end; signed by the hub, if that has a key."""
    as_of = event_bodies.milliseconds(now)
    until = event_bodies.milliseconds(now + HOLDS)
    dated = {**content, "as_of": as_of, "version": version, "until": until}
    if key is None:
        return _json(dated)
    return frames.signed(_json({**dated, "serial": serial})[:-1], key, _MARK)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin that our hub signed. Times are ms since 1970."""

    area: str
    version: int
    as_of_ms: int
    until_ms: int
    content: dict[str, Any]


class InvalidBulletinError(ValueError):
    """Not a bulletin of this area that our hub signed."""


def decode(payload: bytes, area: str, root: Certificate) -> Bulletin:
    """The bulletin of this area, if our hub signed it. Raises InvalidBulletinError."""
    if not frames.is_valid(payload, root.key, _MARK):
        raise InvalidBulletinError("our hub did not sign it")
    try:
        content = json.loads(payload)
        made = Bulletin(
            str(content["area"]), int(content["version"]), int(content["as_of"]), int(content["until"]), content
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidBulletinError(f"{error!r}") from None
    if made.area != area:
        raise InvalidBulletinError(f"it is that of {made.area}")
    return made


def _fitted(area: str, found: dict[str, list[Any]]) -> dict[str, Any]:
    """The bulletin. If it is too large, first the last points and then the least severe notices are left out."""
    made: dict[str, Any] = {"v": 1, "area": area, **found, "is_cut": False}
    while len(_json(made)) > BYTES_MAX:
        made["is_cut"] = True
        last = made["points"] or made["notices"]
        del last[-max(1, len(last) // 10) :]
    return made


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _mode(mode: AreaMode) -> dict[str, Any]:
    assert mode.mode is not None
    assert mode.act is not None
    return {
        "area": mode.area,
        "mode": mode.mode.value,
        "since": event_bodies.milliseconds(mode.act.at),
        "reason": mode.reason,
        "exercise": mode.exercise,
    }


def _notice(notice: Notice) -> dict[str, Any]:
    fields = contents.fields_of(notice.content)
    texts = {language: dataclasses.asdict(text) for language, text in notice.content.texts.items()}
    plain = {name: value for name, value in fields.items() if "." not in name}
    published, changed = event_bodies.milliseconds(notice.published.at), event_bodies.milliseconds(notice.changed.at)
    return {"id": str(notice.id), **plain, "texts": texts, "published_at": published, "changed_at": changed}


def _point(point: Point) -> dict[str, Any]:
    changed = event_bodies.milliseconds(point.changed.at)
    return {"id": str(point.id), **contents.fields_of(point.content), "changed_at": changed}
