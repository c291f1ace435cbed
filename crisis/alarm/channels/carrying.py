"""What a channel carries of a message, for all channels: nothing leaves past this."""

from __future__ import annotations

import asyncio
import re
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.alarm.channel import ChannelRefused, ChannelUnavailable

if TYPE_CHECKING:
    from crisis.alarm.channel import Channel, Disclosure, Heard, Message, Place
    from crisis.alarm.channels.tables import ChannelTable

EXERCISE = "ÜBUNG"
_SEND_SECONDS = 55.0  # a channel's promise is a minute
_SHARED_SECONDS = 60.0  # steps of a chain are a minute apart at least, and tell again
_BREAKS = re.compile(r"\s*[\r\n\x00]+\s*")


@dataclass(frozen=True, slots=True)
class Carried:
    """The words that go out: `title` is one line and begins with ÜBUNG in an exercise, `body` may have several."""

    title: str
    body: str
    link: str
    reference: str
    to: str

    @property
    def text(self) -> str:
        """What stands below the title, in lines."""
        return "\n".join(part for part in (self.body, self.link, self.mark) if part)

    @property
    def mark(self) -> str:
        """By which people see that a message is the same as another."""
        return f"#{self.reference}"

    @property
    def head(self) -> str:
        """Title and body in one line, for texts that are paid by their length; a title that comes again is left out.

        What has to be cut is cut here: half a link opens nothing, and without the mark nobody knows a message again.
        """
        comes_again = self.body.startswith(self.title.removesuffix("…"))
        return _in_one_line(self.body) if comes_again else _in_one_line(self.title, self.body)

    @property
    def tail(self) -> str:
        """Link and mark in one line: what stands behind `head`."""
        return _in_one_line(self.link, self.mark)

    @property
    def line(self) -> str:
        """All of it in one line."""
        return _in_one_line(self.head, self.tail)


@dataclass(frozen=True, slots=True)
class _Telling:
    """What was sent to an address: when (seconds of a steady clock), and whom it told."""

    at: float
    people: set[str]


def carried(message: Message, channel: Channel) -> Carried:
    """What this channel carries of the message. Raises ChannelRefused for an exercise on a channel for what is real."""
    if message.exercise and channel.real_only:
        raise ChannelRefused("real_only", "exercises do not go to this channel")
    title = _BREAKS.sub(" ", message.title).strip()
    if message.exercise and not title.startswith(EXERCISE):
        title = f"{EXERCISE} {title}"
    body = message.text_for(channel.place, channel.allows)
    return Carried(title, body, message.link, message.reference, message.to)


def _in_one_line(*parts: str) -> str:
    return " ".join(_BREAKS.sub(" ", part) for part in parts if part)


class SendingChannel(ABC):
    """A channel: what it may carry, and how long it may take. Kinds of channels say how the words get there."""

    def __init__(self, name: str, table: ChannelTable) -> None:
        self._name = name
        self._table = table
        self._told: dict[tuple[object, ...], _Telling] = {}  # of which alarms, to whom

    @property
    def name(self) -> str:
        """The name that the operator gave it."""
        return self._name

    @property
    def place(self) -> Place:
        """Inside or outside."""
        return self._table.place

    @property
    def real_only(self) -> bool:
        """Whether exercises never go there."""
        return self._table.real_only

    @property
    def allows(self) -> frozenset[Disclosure]:
        """What it may carry beyond its place."""
        return self._table.allows

    @property
    def reason(self) -> str:
        """Why it may carry more."""
        return self._table.reason

    @property
    def works_offline(self) -> bool:
        """Whether it works without the internet."""
        return self._table.offline

    async def send(self, message: Message) -> None:
        """Hand the message over. Raises ChannelRefused, ChannelUnavailable; never waits longer than a minute.

        People who share an address (a radio channel, a group of DIVERA) are told of one alarm once within a minute.
        Who was told of it already is told something new, as that it has grown.
        """
        words = carried(message, self)
        about = (message.kind, message.number, message.at, message.sort, self._receiver_of(words.to))
        now = time.monotonic()
        self._told = {each: telling for each, telling in self._told.items() if now - telling.at < _SHARED_SECONDS}
        telling = self._told.get(about)
        if telling is not None and message.person not in telling.people:
            telling.people.add(message.person)
            return
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await self._deliver(words, message)
        except TimeoutError:
            raise ChannelUnavailable("timeout", "it did not answer within a minute") from None
        except OSError as error:
            raise ChannelUnavailable("unreachable", error.strerror or type(error).__name__) from error
        self._told[about] = _Telling(time.monotonic(), {message.person})

    def _receiver_of(self, address: str) -> str:
        """Who is told when a person with this address is: the same for those who share an address."""
        return address.strip().casefold()

    @abstractmethod
    async def _deliver(self, words: Carried, message: Message) -> None:
        """Send these words. `message` is for what is no text: severity, number, id."""

    @abstractmethod
    async def check(self) -> str:
        """What is wrong with the channel, in a sentence for the operator; "" when nothing is. Sends nothing."""

    async def run(self, heard: Heard) -> None:
        """Listen for answers until cancelled; a channel without answers returns at once."""
        del heard
