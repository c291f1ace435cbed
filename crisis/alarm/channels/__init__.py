"""Channels that carry alarms to people: each is a `Channel` of `crisis.alarm.channel`.

The operator's file is `alarm.toml` in the crisis folder (`KIEZBOX_ALARM_FILE`): a table `[channels.NAME]` for each
channel, which this package reads, and `[people.NAME]` with the address of each person by the channel's name, the chains
and the head of the staff, which `crisis.alarm.plan` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crisis.alarm.channel import Channel


def made(tables: Mapping[str, Any], folder: Path) -> tuple[Channel, ...]:
    """The channels of the operator's file, in its order; `folder` is where they may keep files of their own.

    Raises OperatorError, which says in which table something is wrong and what to write instead.
    """
    del tables, folder
    return ()
