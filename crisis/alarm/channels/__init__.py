"""Channels that carry alarms to people: each is a `Channel` of `crisis.alarm.channel`.

The operator's file is `alarm.toml` in the crisis folder (`KIEZBOX_ALARM_FILE`): a table `[channels.NAME]` for each
channel, which this package reads, and `[people.NAME]` with the address of each person by the channel's name, the chains
and the head of the staff, which `crisis.alarm.plan` reads.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crisis.alarm.apprise.process import AppriseProcess
from crisis.alarm.channels import tables
from crisis.alarm.channels.apprise_line import AppriseChannel
from crisis.alarm.channels.radio_text import OUR_NODE, RadioChannel
from crisis.alarm.channels.sms import SmsChannel
from crisis.alarm.channels.tables import RadioTable, SmsTable
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.alarm.channel import Channel
    from radio.radios import Radios

__all__ = ["OUR_NODE", "made", "mesh_topics", "usable"]


def made(
    written: Mapping[str, Any], folder: Path, radios: Radios | None = None, apprise: AppriseProcess | None = None
) -> tuple[Channel, ...]:
    """The channels of the operator's file, in its order; `folder` is where they may keep files of their own.

    `radios`: by which radio texts go out. `apprise`: the process that all channels of apprise share; whoever made it
    closes it. Raises OperatorError, which says in which table something is wrong and what to write instead.
    """
    del folder
    shared = apprise or AppriseProcess()
    return tuple(_made(name, table, radios, shared) for name, table in written.items())


def usable(
    written: Mapping[str, Any], folder: Path, radios: Radios | None = None, apprise: AppriseProcess | None = None
) -> tuple[tuple[Channel, ...], tuple[OperatorError, ...]]:
    """As `made`, for who must go on: the channels that are right, and what is wrong with each other one."""
    found: list[Channel] = []
    wrong: list[OperatorError] = []
    shared = apprise or AppriseProcess()
    for name, table in written.items():
        try:
            found += made({name: table}, folder, radios, shared)
        except OperatorError as error:
            wrong.append(error)
    return tuple(found), tuple(wrong)


def _made(name: str, written: object, radios: Radios | None, apprise: AppriseProcess) -> Channel:
    if not isinstance(written, Mapping):
        raise OperatorError(f"[channels.{name}] is no table", f'write: [channels.{name}], and below it type = "sms"')
    table = tables.parsed(name, written)
    match table:
        case SmsTable():
            return SmsChannel(name, table)
        case RadioTable():
            return RadioChannel(name, table, radios)
        case _:
            return AppriseChannel(name, table, apprise)


def mesh_topics(written: Mapping[str, Any]) -> tuple[str, ...]:
    """What the hub reads of the mesh for the answers to its alarms. Of tables that are wrong `usable` says so."""
    found = []
    for name, table in written.items():
        if isinstance(table, Mapping) and table.get("type") == "radio":
            with contextlib.suppress(OperatorError):
                parsed = tables.parsed(name, table)
                if isinstance(parsed, RadioTable) and parsed.by == "mqtt":
                    found.append(f"{parsed.root}/2/e/{parsed.channel}/+")
    return tuple(dict.fromkeys(found))
