"""Requests of the command line, carried out by the running node; and what the node says of itself for commands."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from crisis.alarm import chain
from crisis.alarm.channel import Severity, Sort
from crisis.log.errors import NotKept
from crisis.model import commands
from crisis.model.alarm_bodies import AlarmsSilenced, DutyPut
from crisis.model.areas import EVERYWHERE
from crisis.model.commands import Actor
from crisis.model.events import COMMAND_LINE
from crisis.model.roles import Role
from crisis.state.rules import Refusal
from devices import readings

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.alarm.plan import Plan
    from crisis.alarm.speaking.progress import Progress
    from crisis.alarm.speaking.speaker import Speaker
    from crisis.model.commands import Command
    from crisis.node import Node

_LISTED_MAX = 200
ACTOR = Actor(COMMAND_LINE, Role.ADMIN)


async def answer(node: Node, text: str) -> str:
    """Do what a request asks. "" when it is done, else why not."""
    try:
        command = _command(json.loads(text), node.now(), node.default_area)
        found = await node.act(command, ACTOR)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        return f"nothing was done: {'; '.join(wrong)}"
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        return f"not a request that this node understands: {error}"
    except NotKept as error:
        return f"nothing was done: {error}"
    return f"refused: {found.why} {found.detail}".strip() if isinstance(found, Refusal) else ""


def _command(asked: dict[str, Any], now: datetime, area: str) -> Command:
    """Raises KeyError, TypeError, ValueError, ValidationError."""
    match asked["do"]:
        case "test":
            return commands.TestChannels(uuid.uuid4(), area)
        case "duty":
            return commands.PutDuty(
                DutyPut(
                    duty=uuid.uuid4(),  # by name, so that an error names what is wrong
                    person=asked["person"],
                    area=asked["area"],
                    rank=asked["rank"],
                    days=tuple(asked["days"]),
                    begins=asked["begins"],
                    ends=asked["ends"],
                    from_at=_moment(asked["from"]),
                    until_at=_moment(asked["until"]),
                )
            )
        case "duty_remove":
            return commands.RemoveDuty(uuid.UUID(asked["duty"]))
        case "silence":
            until = now + timedelta(hours=float(asked["hours"]))
            entry = AlarmsSilenced(
                silence=uuid.uuid4(), kind=asked["kind"], until=until, reason=asked["reason"], area=asked["area"]
            )
            return commands.SilenceAlarms(entry)
        case "silence_end":
            return commands.EndSilence(uuid.UUID(asked["silence"]))
    raise ValueError(asked["do"])


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else readings.moment(ms)


def told_now(node: Node, current: Plan) -> tuple[str, ...]:
    """Who would be told of a call for help without an area now, in the order of the chain."""
    now, duties = node.now(), node.state.alarms.duties()
    found: list[str] = []
    for step in current.chains[Severity.CALL]:
        found += chain.recipients(step.to, current, duties, EVERYWHERE, now)
    return tuple(dict.fromkeys(found))


def _told(found: Progress) -> frozenset[str]:
    """Who was told of an alarm; of a test, by any channel."""
    tested = {each.person for each in found.messages if each.sent_ms is not None and each.sort == Sort.TEST}
    return found.told() | tested


def summary(speaker: Speaker, problem: str, *, is_last_good: bool) -> dict[str, Any]:
    """What `kiezbox alarm list`, `duty` and doctor print."""
    node = speaker.node
    now, alarms = node.now(), node.state.alarms
    return {
        "node": node.name,
        "speaks": speaker.speaks_for(node.default_area),
        "problem": problem,
        "last_good_plan": is_last_good,
        "told_now": list(told_now(node, speaker.plan())),
        "open": [
            {
                "alarm": found.kept.name,
                "severity": found.kept.alarm.severity,
                "label": found.kept.alarm.label,
                "area": found.kept.alarm.area,
                "opened_at": found.kept.alarm.opened_at.isoformat(timespec="seconds"),
                "count": found.kept.alarm.count,
                "told": sorted(_told(found)),
                "seen": [] if found.recorded is None else [each.person for each in found.recorded.seen],
            }
            for found in speaker.open()[:_LISTED_MAX]
        ],
        "duty": [
            {
                "id": str(each.id),
                "person": each.put.person,
                "area": each.put.area,
                "rank": each.put.rank,
                "days": list(each.put.days),
                "begins": each.put.begins,
                "ends": each.put.ends,
                "from": None if each.put.from_at is None else each.put.from_at.isoformat(timespec="minutes"),
                "until": None if each.put.until_at is None else each.put.until_at.isoformat(timespec="minutes"),
                "by": each.by,
            }
            for each in alarms.duties()
        ],
        "silences": [
            {
                "id": str(each.id),
                "kind": each.kind,
                "area": each.area,
                "until": each.until.isoformat(timespec="minutes"),
                "reason": each.reason,
                "by": each.by,
            }
            for each in alarms.silences(now)
        ],
    }
