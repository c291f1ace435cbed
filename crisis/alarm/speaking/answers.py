"""What people answer: "17 ok" by radio, the button behind a link. It says "seen", and never takes a call over."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING

from crisis.alarm.channel import Answer, Sort
from crisis.alarm.outbox.rows import SENT
from crisis.alarm.speaking import composing
from crisis.log.errors import NotKept
from crisis.model.alarm_bodies import AlarmSeen, SeenBy

if TYPE_CHECKING:
    from crisis.alarm.outbox.outbox import Outbox
    from crisis.alarm.outbox.rows import KeptAlarm, KeptMessage
    from crisis.alarm.plan import Plan
    from crisis.node import Node
    from crisis.state.alarms.views import RecordedAlarm

__all__ = ["Answer", "person_of", "see_by_link", "take"]

log = logging.getLogger(__name__)


async def take(node: Node, outbox: Outbox, plan: Plan, answer: Answer) -> bool:
    """Note that somebody has seen an alarm. False when nobody knows which one, or who."""
    if not answer.is_known and not _has_address(plan, answer):
        log.warning("an answer of somebody that nobody knows", extra={"channel": answer.channel})
        return False
    found = await _alarm_of(outbox, answer)
    if found is None:
        log.info("an answer to no open alarm", extra={"channel": answer.channel, "number": answer.number})
        return False
    person = person_of(plan, answer)
    return await _see(node, found, AlarmSeen(found.name, person, SeenBy.RADIO, answer.channel, _area(node, found)))


def person_of(plan: Plan, answer: Answer) -> str:
    """Who has this address on the channel; the address itself when nobody has."""
    for person in plan.people.values():
        if any(name == answer.channel and _is_same(to, answer.sender) for name, to in person.addresses):
            return person.name
    return answer.sender or answer.channel


def _is_same(address: str, sender: str) -> bool:
    """Whether an address that an operator wrote is this sender; a node's exclamation mark may be left out."""
    return address.strip().casefold().removeprefix("!") == sender.removeprefix("!")


def _has_address(plan: Plan, answer: Answer) -> bool:
    """Whether the sender is the address of somebody on that channel."""
    return bool(answer.sender) and person_of(plan, answer) != answer.sender


async def _alarm_of(outbox: Outbox, answer: Answer) -> KeptAlarm | None:
    """The open alarm of the message that it replies to, or of this number; without one, the test told here last."""
    kept = await outbox.open_alarms()
    if answer.message is not None:
        about = await outbox.find(answer.message)
        return None if about is None else next((each for each in kept if each.opening == about.opening), None)
    wanted = _digits(answer.number)
    if wanted:
        named = [each for each in kept if _digits(each.alarm.label) == wanted]
        calls = [each for each in named if each.alarm.is_call]
        return next(iter(calls or named), None)
    told = [each for each in await outbox.open_messages() if each.channel == answer.channel and each.state == SENT]
    sent = [each for each in told if each.sort == Sort.TEST]
    last = max(sent, key=lambda each: each.sent_ms or 0, default=None)
    return None if last is None else next((each for each in kept if each.name == last.alarm), None)


def _digits(label: str) -> str:
    """What is left of a label when it is said by radio: `H 17` is 17, `H 71-01/3` is 71-01/3."""
    return label.strip().upper().removeprefix("H").strip()


async def see_by_link(node: Node, outbox: Outbox, token: str) -> str | None:
    """Note what a link's button says, in the name of whoever the message was for. The alarm; None when it ended."""
    found = await message_of(outbox, token)
    if found is None:
        return None
    message, kept = found
    body = AlarmSeen(kept.name, message.person, SeenBy.LINK, message.channel, _area(node, kept))
    await _see(node, kept, body)
    return kept.name


async def message_of(outbox: Outbox, token: str) -> tuple[KeptMessage, KeptAlarm] | None:
    """The message that a link's token was made for, and its alarm; None once that has ended."""
    row = composing.row_of(outbox.secret, token)
    message = None if row is None else await outbox.find(row)
    if message is None:
        return None
    kept = next((each for each in await outbox.open_alarms() if each.opening == message.opening), None)
    return None if kept is None else (message, kept)


async def _see(node: Node, kept: KeptAlarm, body: AlarmSeen) -> bool:
    recorded = node.state.alarms.alarm(kept.name)
    if recorded is not None and recorded.is_open and _has_seen(recorded, body.person):
        return True
    try:
        await node.record(body, body.person, uuid.uuid5(kept.opening, f"seen {body.person}"))
    except NotKept as error:
        log.warning("that somebody has seen an alarm cannot be kept", extra={"error": error})
        return False
    return True


def _has_seen(recorded: RecordedAlarm, person: str) -> bool:
    return any(seen.person == person for seen in recorded.seen)


def _area(node: Node, kept: KeptAlarm) -> str:
    return kept.alarm.area if node.is_hub else node.default_area
