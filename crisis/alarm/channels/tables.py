"""What an operator writes about a channel: `[channels.NAME]` in the alarm file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from pydantic import model_validator as check_whole

from crisis.alarm.channel import Disclosure, Place
from devices.wire.meshtastic.packets import node_id, node_number
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[a-z0-9_-]{1,32}")
_REASON_MIN = 10  # characters: a word is no reason
_MESH_NAME = r"^[^/+#\x00]{1,11}$"
_BOX = r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"


def _service(url: str) -> str:
    """A service's address. One without its scheme would be taken for none, and the public service be alarmed."""
    if not re.fullmatch(r"https?://[^/@?#\s]+/?", url):
        raise ValueError("write the address of your own server, as https://alarm.example, or leave it out")
    return url


_Service = Annotated[str, AfterValidator(_service)]


class ChannelTable(BaseModel):
    """What every channel has. It is outside until somebody says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: Place = Place.OUTSIDE
    real_only: bool = False  # exercises never go there
    allows: frozenset[Disclosure] = frozenset()  # beyond what its place allows
    reason: str = Field(default="", max_length=200)
    offline: bool = False  # it works without the internet

    @check_whole(mode="after")
    def _have_a_reason(self) -> ChannelTable:
        if self.allows - {Disclosure.GENERAL} and len(self.reason.strip()) < _REASON_MIN:
            raise ValueError("who allows more says why, for the log: write it in `reason`")
        return self


class AppriseTable(ChannelTable):
    """An address line of apprise; `{to}` in it is the person's address."""

    type: Literal["apprise"]
    url: SecretStr

    @field_validator("url")
    @classmethod
    def _name_a_service(cls, url: SecretStr) -> SecretStr:
        if not re.match(r"[a-z0-9+]+://", url.get_secret_value(), re.IGNORECASE):
            raise ValueError("write an address of apprise, as ntfys://ntfy.example/alarm or mailtos://...")
        return url


class DiveraTable(ChannelTable):
    """DIVERA 24/7, by its web API."""

    type: Literal["divera"]
    accesskey: SecretStr = Field(min_length=8)
    free: bool = False  # the free edition: a title of 30 characters and no text, one request in five minutes
    ric: str = Field(default="", max_length=100)  # groups by their code; empty: everybody
    priority: bool = True  # overrides a phone that is set to silent
    url: _Service = "https://app.divera247.com"


class GroupAlarmTable(ChannelTable):
    """GroupAlarm, by its web API."""

    type: Literal["groupalarm"]
    token: SecretStr = Field(min_length=8)
    personal: bool = False  # the token is somebody's own, not the organization's
    organization: int = Field(gt=0)
    users: tuple[int, ...] = ()
    units: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()
    scenarios: tuple[int, ...] = ()
    mode: Literal["strict", "best-effort"] = "best-effort"
    url: _Service = "https://app.groupalarm.com"

    @check_whole(mode="after")
    def _reach_somebody(self) -> GroupAlarmTable:
        if not (self.users or self.units or self.labels or self.scenarios):
            raise ValueError("write who is alarmed: numbers of `users`, `units`, `labels` or `scenarios`")
        return self


class SmsTable(ChannelTable):
    """SMS, by gammu-smsd and a modem."""

    type: Literal["sms"]
    config: Path = Path("/etc/gammu-smsdrc")
    parts: int = Field(default=2, ge=1, le=6)  # of 153 characters
    offline: bool = True  # while one mast stands


class RadioTable(ChannelTable):
    """Texts over a mesh, on the staff's own channel there."""

    type: Literal["radio"]
    by: Literal["serial", "box", "mqtt"]
    box: str | None = Field(default=None, pattern=_BOX)  # whose serial port; by="box"
    root: str = Field(default="msh/EU_868", pattern=r"^[^+#/$\x00 ]+(/[^+#/\x00 ]+)*$")  # of the gateway's topics
    channel: str | None = Field(default=None, pattern=_MESH_NAME)  # by="mqtt": its name and key at the gateway
    key: SecretStr | None = None
    known: frozenset[str] = frozenset()  # nodes of the staff, as !a1b2c3d4: whose answers count
    offline: bool = True

    @field_validator("known")
    @classmethod
    def _name_nodes(cls, known: frozenset[str]) -> frozenset[str]:
        return frozenset(node_id(node_number(node)) for node in known)

    @check_whole(mode="after")
    def _have_what_the_way_needs(self) -> RadioTable:
        if (self.by == "box") != (self.box is not None):
            raise ValueError('`box` names the box whose serial port is used, with by = "box" and only then')
        if (self.by == "mqtt") != (self.channel is not None and self.key is not None):
            raise ValueError('`channel` and `key` are those of the gateway, with by = "mqtt" and only then')
        return self


Table = AppriseTable | DiveraTable | GroupAlarmTable | SmsTable | RadioTable
_TABLES: TypeAdapter[Table] = TypeAdapter(Annotated[Table, Field(discriminator="type")])


def parsed(name: str, table: Mapping[str, Any]) -> Table:
    """A channel's table. Raises OperatorError, which says where and what, and shows no value: it could be a secret."""
    where = f"[channels.{name}]"
    if not _NAME.fullmatch(name):
        raise OperatorError(f"{where}: a channel's name has 1 to 32 of a-z, 0-9, - and _", "give it another")
    if "type" not in table:
        kinds = ", ".join(get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(Table))
        raise OperatorError(f"{where} does not say what it is", f"write type = and one of {kinds}")
    try:
        return _TABLES.validate_python(dict(table))
    except ValidationError as error:
        lines = [f"{where} {_place(item['loc'])}{item['msg'].removeprefix('Value error, ')}" for item in error.errors()]
        raise OperatorError(
            "\n  ".join(lines), "docs/channels.md shows each kind of channel with all that it can be told"
        ) from None


def _place(loc: tuple[int | str, ...]) -> str:
    """The key in the table; the first part of a place is the kind of channel."""
    return f"{loc[1]}: " if len(loc) > 1 else ""
