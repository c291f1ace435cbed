"""What is known of each box, and of each district: reachable, powered, in which mode, with which values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from api.http import times
from api.http.times import Instant
from crisis.model import areas
from devices.readings import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.crisis.memory.newest_values import NewestValues, Value
    from crisis.presence import BoxPresence
    from crisis.state.picture import Picture
    from crisis.state.views import Distress, Report


class Power(BaseModel):
    """Mains or battery, as the box reported `age_s` seconds ago."""

    mains: bool | None
    battery_percent: float | None = Field(examples=[81.5])
    hours_left: float | None = Field(
        examples=[17.5], description="If the battery goes on falling as it did; null: on mains, or nobody can tell yet."
    )
    as_of: Instant
    age_s: float


class ModeComparison(BaseModel):
    """The mode that was decided where the box stands, and the mode that it shows."""

    decided: Mode
    area: str = Field(examples=["district-71"], description="The area whose decision holds there.")
    exercise: bool
    seen: Mode | None = Field(description="What its status shows; null: it has never shown one.")
    seen_since: Instant | None
    agrees: bool | None = Field(description="Whether it shows what was decided; null: nobody decided, or none is seen.")


class LastValue(BaseModel):
    """The newest value of one series."""

    source: str = Field(examples=["core"])
    quantity: str = Field(examples=["temperature_outside"])
    unit: str = Field(examples=["Cel"])
    value: float = Field(examples=[-4.25])
    measured_at: Instant
    age_s: float


class BoxSituation(BaseModel):
    """What is known of a box."""

    box: str = Field(examples=["71-01"])
    reachable: bool | None = Field(description="Null: this node cannot know, or has not heard of it yet.")
    since: Instant | None = Field(
        description="Reachable or not since then; null: longer than this process listens, or not known."
    )
    heard_at: Instant | None
    age_s: float | None
    uplink: str | None = Field(examples=["mesh"])
    clients: int | None = Field(description="Phones on its Wi-Fi.")
    power: Power | None
    mode: ModeComparison
    values: list[LastValue]
    open_distress: int
    open_reports: int


class District(BaseModel):
    """A district and its boxes. `district` null: boxes whose id has no district, and calls that came from no box."""

    district: str | None = Field(examples=["71"])
    reachable: int | None = Field(description="Boxes that can be reached; null in the past: no log holds that.")
    unreachable: int | None
    on_battery: int
    open_distress: int
    open_reports: int
    boxes: list[BoxSituation]


def of(
    node: Picture, known: NewestValues | None, calls: Sequence[Distress], reports: Sequence[Report]
) -> list[District]:
    """Every district of which anything is known; the boxes without a district come last."""
    open_calls = Counter(call.call.box for call in calls)
    open_reports = Counter(report.message.box for report in reports)
    by_district: dict[str | None, list[BoxSituation]] = {}
    for box in _names(node, known, {*open_calls, *open_reports}):
        made = _box(node, known, box, open_calls[box], open_reports[box])
        by_district.setdefault(_district_of(box), []).append(made)
    nowhere = open_calls[None], open_reports[None]
    if any(nowhere):
        by_district.setdefault(None, [])
    ordered = sorted(by_district, key=lambda name: (name is None, name or ""))
    return [_district(name, by_district[name], nowhere if name is None else (0, 0)) for name in ordered]


def _names(node: Picture, known: NewestValues | None, named: set[str | None]) -> list[str]:
    """The ids of all boxes of which anything is known, in order."""
    found = {*node.presence.boxes(), *(seen.box for seen in node.state.seen_modes())}
    found |= set(node.state.power())
    found |= set(node.peers) if node.is_hub else {node.name}
    if known is not None:
        found |= set(known.boxes())
    return sorted(found | {name for name in named if name is not None})


def _district_of(box: str) -> str | None:
    found = areas.district(box)
    return None if found is None else found.removeprefix("district-")


def _district(name: str | None, boxes: list[BoxSituation], nowhere: tuple[int, int]) -> District:
    return District(
        district=name,
        reachable=sum(box.reachable is True for box in boxes),
        unreachable=sum(box.reachable is False for box in boxes),
        on_battery=sum(box.power is not None and box.power.mains is False for box in boxes),
        open_distress=sum(box.open_distress for box in boxes) + nowhere[0],
        open_reports=sum(box.open_reports for box in boxes) + nowhere[1],
        boxes=boxes,
    )


def _box(node: Picture, known: NewestValues | None, box: str, calls: int, reports: int) -> BoxSituation:
    now = node.now()
    seen = node.presence.of(box)
    heard_at = _heard_at(node, known, box, seen)
    status = None if seen is None else seen.status
    is_reachable = None if seen is None else seen.is_reachable or _lives(node, known, seen)
    return BoxSituation(
        box=box,
        reachable=is_reachable if node.presence.is_current() else None,
        since=seen.since if seen is not None and seen.is_reachable == is_reachable else None,
        heard_at=heard_at,
        age_s=None if heard_at is None else times.age_s(heard_at, now),
        uplink=None if status is None else status.uplink,
        clients=None if status is None else status.clients,
        power=_power(seen, now) or _logged_power(node, box, now),
        mode=_mode(node, box),
        values=[] if known is None else [_value(value, now) for value in known.of(box)],
        open_distress=calls,
        open_reports=reports,
    )


def _lives(node: Picture, known: NewestValues | None, seen: BoxPresence) -> bool:
    """Whether a box did anything after its last will, which can come late: it measured, or its node spoke."""
    peer = node.peers.get(seen.box)
    signs = [None if known is None else known.lived_at(seen.box), None if peer is None else peer.heard_at]
    return any(at is not None and at > seen.heard_at for at in signs)


def _heard_at(node: Picture, known: NewestValues | None, box: str, seen: BoxPresence | None) -> datetime | None:
    """When anything of this box arrived last: a status, a reading, or a message of its node."""
    peer = node.peers.get(box)
    found = [
        None if seen is None or not seen.is_reachable else seen.heard_at,
        None if known is None else known.heard_at(box),
        None if peer is None else peer.heard_at,
        None if seen is None else seen.status_at,
    ]
    return max((at for at in found if at is not None), default=None)


def _power(seen: BoxPresence | None, now: datetime) -> Power | None:
    if seen is None or seen.status is None or seen.status_at is None:
        return None
    status = seen.status
    if status.mains is None and status.battery_percent is None:
        return None
    left = None if status.mains else seen.hours_left
    return Power(
        mains=status.mains,
        battery_percent=status.battery_percent,
        hours_left=None if left is None else round(left, 1),
        as_of=seen.status_at,
        age_s=times.age_s(seen.status_at, now),
    )


def _logged_power(node: Picture, box: str, now: datetime) -> Power | None:
    """What the log says of a box that said nothing to this node itself."""
    known = node.state.power_of(box)
    if known is None:
        return None
    return Power(
        mains=known.mains,
        battery_percent=known.battery_percent,
        hours_left=None,
        as_of=known.told_at,
        age_s=times.age_s(known.told_at, now),
    )


def _mode(node: Picture, box: str) -> ModeComparison:
    there, seen = node.state.mode_at(box), node.state.seen_mode(box)
    agrees = None if seen is None or there.since is None else seen.mode is there.mode
    return ModeComparison(
        decided=there.mode,
        area=there.area,
        exercise=there.exercise,
        seen=None if seen is None else seen.mode,
        seen_since=None if seen is None else seen.since,
        agrees=agrees,
    )


def _value(value: Value, now: datetime) -> LastValue:
    return LastValue(
        source=value.source,
        quantity=value.quantity,
        unit=value.unit,
        value=value.value,
        measured_at=value.measured_at,
        age_s=times.age_s(value.measured_at, now),
    )
