"""What people answer: "17 ok" by radio, the button behind a link. It says "seen", and never takes a call over."""

from __future__ import annotations

import logging
import time
import uuid
from typing import TYPE_CHECKING

from crisis.alarm.channel import Answer, Sort
from crisis.alarm.outbox.rows import SENT
from crisis.alarm.speaking import composing
from crisis.log.errors import NotKept
from crisis.model.alarm_bodies import AlarmSeen, SeenBy
from kiezbox import metrics
from kiezbox.token_bucket import Rate, TokenBucket, TokenBuckets

if TYPE_CHECKING:
    from collections.abc import Callable

    from crisis.alarm.outbox.outbox import Outbox
    from crisis.alarm.outbox.rows import KeptAlarm, KeptMessage
    from crisis.alarm.plan import Plan
    from crisis.node import Node
    from crisis.state.alarms.views import RecordedAlarm

__all__ = ["Answer", "Limits", "person_of", "see_by_link", "take"]

log = logging.getLogger(__name__)

_SENDERS_MAX = 1_000


class Limits:
    """How many answers are looked at, and how many of those that nobody knows are worth a line of the log.

    Whoever can write on the staff's channel can forge as many as they like. `seconds`: a steady clock.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._senders = TokenBuckets(Rate(burst=30, per_second=1), _SENDERS_MAX)
        self._lines = TokenBucket(Rate(burst=5, per_second=1 / 60), seconds())
        self._unsaid = 0

    def admits(self, answer: Answer) -> bool:
        """Whether this one is looked at: a node sends no more than one a second, and a forger no faster than that."""
        return not self._senders.admit(f"{answer.channel} {answer.sender}", self._seconds())

    def say(self, text: str, answer: Answer) -> None:
        """Write a line, but no more than one a minute; it counts those that were left out."""
        if self._lines.admit(self._seconds()):
            self._unsaid += 1
            return
        log.warning(text, extra={"channel": answer.channel, "sender": answer.sender, "more": self._unsaid})
        self._unsaid = 0


async def take(node: Node, outbox: Outbox, plan: Plan, answer: Answer, limits: Limits) -> bool:
    """Note that somebody has seen an alarm. False when nobody knows which one, or who."""
    outcome = await _taken(node, outbox, plan, answer, limits)
    metrics.ALARM_ANSWERS.labels(answer.channel, outcome).inc()
    return outcome == "seen"


async def _taken(node: Node, outbox: Outbox, plan: Plan, answer: Answer, limits: Limits) -> str:
    """What became of an answer, as the metric calls it."""
    if not answer.is_known and not _has_address(plan, answer):
        limits.say("an answer of somebody that nobody knows", answer)
        return "stranger"
    if not limits.admits(answer):
        limits.say("more answers of one sender than a node can send", answer)
        return "limited"
    found = await _alarm_of(outbox, answer)
    if found is None:
        limits.say("an answer to no open alarm", answer)
        return "no_alarm"
    body = AlarmSeen(found.name, person_of(plan, answer), SeenBy.RADIO, answer.channel, _area(node, found))
    return "seen" if await _see(node, found, body) else "not_kept"


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
