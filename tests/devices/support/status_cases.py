"""What boxes say about themselves. A field that does not fit is rejected alone: presence still counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from devices.readings import Mode, Status
from kiezbox.errors import Reason
from tests.devices.support.case import BOOT, Case, on

_AT = datetime(2025, 11, 22, 23, 20, tzinfo=UTC)
_AT_MS = 1_763_853_600_000
_ONLINE = {"v": 1, "online": True}


def _status(
    name: str, payload: bytes | dict[str, Any], rejected: dict[str, Reason] | None = None, **stated: Any
) -> Case:
    found = tuple(("status", field, reason) for field, reason in (rejected or {}).items())
    return on("status", name, payload, status=Status(**{"online": True} | stated), rejected=found)


def _without(name: str, field: str, value: Any, reason: Reason, *, only_at_received_at: bool = False) -> Case:
    """A status of which one field cannot be used, and another can."""
    return on(
        "status",
        name,
        {**_ONLINE, field: value, "mains": False} if field != "mains" else {**_ONLINE, field: value},
        status=Status(online=True, mains=False if field != "mains" else None),
        rejected=(("status", field, reason),),
        only_at_received_at=only_at_received_at,
    )


def _wrong(name: str, payload: bytes | dict[str, Any], reason: Reason = Reason.BAD_SCHEMA) -> Case:
    return on("status", name, payload, malformed=reason)


CASES = (
    _status(
        "status-example",
        b"""{"v": 1, "online": true, "boot": "5f0c9a1e", "at": 1763853600000, "mode": "normal", "mains": false,
 "router_powered": true, "uplink": "mesh", "battery_percent": 81.5, "clients": 4, "interval_s": 60, "outbox": 17,
 "firmware": "1.4.0", "latitude": 52.4886, "longitude": 13.3425}""",
        at=_AT,
        boot=BOOT,
        mode=Mode.NORMAL,
        mains=False,
        router_powered=True,
        uplink="mesh",
        battery_percent=81.5,
        clients=4,
        interval_s=60.0,
        outbox=17,
        firmware="1.4.0",
        latitude=52.4886,
        longitude=13.3425,
    ),
    _status("status-last-will", b'{"v": 1, "online": false}', online=False),
    _status("status-minimal", _ONLINE),
    # What a GPS receiver without a fix says means that there is no position.
    _status("status-position-zero", {**_ONLINE, "latitude": 0, "longitude": 0.0}),
    _status("status-position-near-zero", {**_ONLINE, "latitude": -0.00012, "longitude": 0.98}),
    _status("status-on-the-equator", {**_ONLINE, "latitude": 0, "longitude": 32.5}, latitude=0.0, longitude=32.5),
    _status("status-in-greenwich", {**_ONLINE, "latitude": 51.48, "longitude": 0}, latitude=51.48, longitude=0.0),
    _status("status-latitude-alone", {**_ONLINE, "latitude": 0}, latitude=0.0),
    _status("status-nulls", {**_ONLINE, "at": None, "boot": None, "mode": None, "mains": None, "latitude": None}),
    _status("status-unknown-keys", {**_ONLINE, "new": [1], "at": _AT_MS}, at=_AT),
    *(_status(f"status-{mode}", {**_ONLINE, "mode": mode.value}, mode=mode) for mode in Mode),
    _status(
        "status-lower-limits",
        {
            **_ONLINE,
            "battery_percent": 0,
            "clients": 0,
            "interval_s": 0,
            "outbox": 0,
            "latitude": -90,
            "longitude": -180,
        },
        battery_percent=0.0,
        clients=0,
        interval_s=0.0,
        outbox=0,
        latitude=-90.0,
        longitude=-180.0,
    ),
    _status(
        "status-upper-limits",
        {
            **_ONLINE,
            "battery_percent": 100,
            "clients": 2**31 - 1,
            "outbox": 2**63 - 1,
            "latitude": 90,
            "longitude": 180,
        },
        battery_percent=100.0,
        clients=2**31 - 1,
        outbox=2**63 - 1,
        latitude=90.0,
        longitude=180.0,
    ),
    _without("status-battery-over", "battery_percent", 100.1, Reason.OUT_OF_RANGE),
    _without("status-battery-under", "battery_percent", -0.1, Reason.OUT_OF_RANGE),
    _without("status-battery-nan", "battery_percent", float("nan"), Reason.OUT_OF_RANGE),
    _without("status-battery-text", "battery_percent", "full", Reason.BAD_SCHEMA),
    _without("status-latitude-over", "latitude", 90.0001, Reason.OUT_OF_RANGE),
    _without("status-longitude-under", "longitude", -180.0001, Reason.OUT_OF_RANGE),
    _without("status-longitude-infinite", "longitude", float("inf"), Reason.OUT_OF_RANGE),
    _without("status-clients-over", "clients", 2**31, Reason.OUT_OF_RANGE),
    _without("status-clients-negative", "clients", -1, Reason.OUT_OF_RANGE),
    _without("status-clients-fraction", "clients", 1.5, Reason.BAD_SCHEMA),
    _without("status-outbox-over", "outbox", 2**63, Reason.OUT_OF_RANGE),
    _without("status-interval-negative", "interval_s", -1, Reason.OUT_OF_RANGE),
    _without("status-interval-infinite", "interval_s", float("inf"), Reason.OUT_OF_RANGE),
    _without("status-mode-unheard-of", "mode", "party", Reason.BAD_SCHEMA),
    _without("status-mains-text", "mains", "no", Reason.BAD_SCHEMA),
    _without("status-uplink-long", "uplink", "x" * 65, Reason.BAD_SCHEMA),
    _without("status-firmware-nul", "firmware", "1.4\0", Reason.BAD_SCHEMA),
    _without("status-boot-with-space", "boot", "5f 0c", Reason.BAD_SCHEMA),
    _without("status-at-text", "at", "now", Reason.BAD_SCHEMA),
    # A wrong clock does not hide that the box is there: the status has no time then.
    _without("status-at-1970", "at", 1000, Reason.BAD_TIME),
    _without("status-at-huge", "at", 10**30, Reason.BAD_TIME),
    _without("status-at-ahead", "at", 1_763_853_900_251, Reason.BAD_TIME, only_at_received_at=True),
    _status(
        "status-numbers-as-floats",
        b'{"v": 1.0, "online": true, "at": 1.7638536e12, "clients": 4.0, "outbox": 1.7e1, "battery_percent": 81}',
        at=_AT,
        clients=4,
        outbox=17,
        battery_percent=81.0,
    ),
    on(
        "status",
        "status-nan-of-a-c-library",
        b'{"v": 1, "online": true, "battery_percent": nan, "mains": false}',
        status=Status(online=True, mains=False),
        rejected=(("status", "battery_percent", Reason.OUT_OF_RANGE),),
    ),
    _status("status-byte-order-mark-and-nul", b'\xef\xbb\xbf{"v": 1, "online": true}\0'),
    _status("status-key-twice", b'{"v": 1, "online": false, "online": true}'),
    _wrong("status-online-absent", {"v": 1}),
    _wrong("status-online-text", {"v": 1, "online": "yes"}),
    _wrong("status-online-1", {"v": 1, "online": 1}),
    _wrong("status-v-2", {"v": 2, "online": True}),
    _wrong("status-list", b"[]"),
    # A zero-length payload on a retained topic deletes what is retained [MQTT-3.3.1-10]: the box did not send it.
    Case("status-deleted", "kb/v1/status-deleted/status", b""),
    _wrong("status-space", b" ", Reason.BAD_JSON),
    _wrong("status-cut", b'{"v": 1, "online": tr', Reason.BAD_JSON),
    _wrong("status-64-kib-and-1", b'{"v": 1, "online": true}'.ljust(65_537), Reason.TOO_LARGE),
)
