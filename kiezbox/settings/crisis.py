"""Settings of the crisis part, and of the maps that it draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from kiezbox.settings.section import Section

AreaId = Annotated[str, StringConstraints(pattern=r"^(district-[0-9a-f]{2}|[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?)$")]
AreaName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class CrisisSettings(Section):
    """The node of the crisis part that runs inside the API process: where its log is, who and where it is."""

    served: bool = Field(
        default=True,
        description="False leaves the crisis part out: one API process of a hub has the crisis log, the others do not.",
    )
    folder: Path = Field(
        default=Path("kiezbox-crisis"),
        description="Folder of the event log, on a local disk that keeps what was synced to it; one process at a time.",
    )
    node: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$",
        description="Name of this node: the box id on a box (required there), `hub` on a hub.",
    )
    place: str = Field(default="", max_length=100, description="What people call the place where this node stands.")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="Where this node stands, degrees north.")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="Where this node stands, degrees east.")
    area_names: dict[AreaId, AreaName] = Field(
        default_factory=dict,
        description="What people call districts and boxes, by their ids, as JSON: "
        '`{"district-71": "Schöneberg", "71-01": "Rathaus"}`. At this node they count more than the names of '
        "`kiezbox district` and `kiezbox box`, which the hub gives to every node.",
    )
    alert_sender: str | None = Field(
        default=None,
        max_length=100,
        pattern=r"^[^\s,<&]+$",
        description="Sender of the CAP alerts, for programs, such as `kiez71.example`: the same on the hub and its "
        "boxes, and never changed. Empty: made of the hub's key.",
    )
    alert_sender_name: str | None = Field(
        default=None,
        max_length=200,
        description="Sender of the CAP alerts, for people: the office that is responsible for the notices. Empty: "
        "Kiezbox, with the remark that this is no official warning.",
    )
    power_supplies: Path = Field(
        default=Path("/sys/class/power_supply"),
        description="On a box: where its machine says whether it has mains power (Linux, sysfs-class-power).",
    )
    escalate_seconds: float = Field(
        default=120.0, gt=0, description="A call for help that nobody takes within this time escalates."
    )
    large_boxes: int = Field(
        default=5, ge=2, description="From so many boxes without mains power on an outage may be a large one."
    )
    large_streets: int = Field(
        default=200, ge=1, description="From so many streets without power on an outage may be a large one."
    )
    large_hours: float = Field(default=2.0, gt=0, description="After this time an outage may be a large one.")
    reserve_mib: int = Field(
        default=32,
        ge=0,
        description="With less free disk than this, residents' reports are refused so that calls for help still fit.",
    )
    resend_seconds: float = Field(
        default=5.0, gt=0, description="Pause before what the other side did not confirm is sent again; it doubles."
    )
    heartbeat_seconds: float = Field(
        default=60.0, gt=0, description="How often nodes compare their logs, and the hub renews its bulletins."
    )
    session_idle_seconds: float = Field(
        default=28_800, gt=0, description="Staff who do nothing for this long must sign in again."
    )
    session_seconds: float = Field(
        default=86_400, gt=0, description="Staff must sign in again after this long, whatever they do."
    )
    copies: bool = Field(default=True, description="On a hub: copy the log into the database's `crisis_event`.")


class AlarmSettings(Section):
    """Alarms that leave the building: who is told is in the operator's file, docs/alarm.md."""

    file: Path | None = Field(
        default=None,
        description="File with channels, people and chains. Default: `alarm.toml` in the crisis folder.",
    )
    public_url: str | None = Field(
        default=None,
        description="Address of this node in the links of messages, where it is not that of the API: "
        "`https://kiez71.example`.",
    )
    beat_seconds: float = Field(default=30.0, gt=0, description="How often nodes tell each other that they are there.")
    silent_seconds: float = Field(
        default=180.0, gt=0, description="After so long without a word a hub is silent: a box tells people instead."
    )
    node_silent_seconds: float = Field(
        default=600.0, gt=0, description="After so long without a word the node of a box is an alarm."
    )
    heartbeat_url: SecretStr | None = Field(
        default=None,
        description="Address that gets a GET now and then, and tells people when it comes no more (healthchecks).",
    )
    heartbeat_seconds: float = Field(default=300.0, gt=0, description="How often that address is called.")
    test_day: int | None = Field(
        default=2, ge=0, le=6, description="Weekday of the test of all channels, Monday is 0; `null` for none."
    )
    test_time: str = Field(
        default="12:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="When on that day, by Berlin's clocks."
    )


class MapSettings(Section):
    """The maps that `kiezbox map` adds, and the pictures that are drawn from them."""

    folder: Path | None = Field(
        default=None, description="Folder of the maps that were added. Default: `map` in the crisis folder."
    )
    cache_mib: int = Field(
        default=64, ge=1, le=100_000, description="How much disk drawn pictures may take; the longest unused ones go."
    )


class RadioSettings(Section):
    """The Meshtastic node at a serial port of this machine, which `kiezbox radio` owns."""

    device: Path | None = Field(
        default=None, description="Its serial port, best by its name below `/dev/serial/by-id/`. Empty: none."
    )
    channel: str = Field(
        default="",
        max_length=11,
        description="The name of the staff's own channel at the node: alarms go there, and answers come from there.",
    )
    socket: Path | None = Field(
        default=None,
        description="Unix socket by which others on this machine use the radio. Default: `radio.sock` in the crisis"
        " folder.",
    )
