"""What a message of an alarm holds, and what a channel that carries it promises.

What may leave the house is decided here and nowhere else: a message is made of lines, each of which says what it
discloses, and `Message.text_for` gives a channel those that it may carry.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Severity(StrEnum):
    """How bad an alarm is, the mildest first. CALL: somebody asks for help."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
    CALL = "call"


class Sort(StrEnum):
    """What a message says of its alarm."""

    ALARM = "alarm"
    CHANGED = "changed"
    END = "end"  # "Entwarnung", or who has taken the call
    COUNT = "count"  # of several alarms at once, beyond the limit of one person
    TEST = "test"  # Probealarm


class Place(StrEnum):
    """Where a channel's messages go: stay on our own network and servers, or leave them."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class Disclosure(StrEnum):
    """What a line discloses. GENERAL: kind, number, district and time, which may go anywhere."""

    GENERAL = "general"
    PLACE = "place"  # the name of a place: a box's, a street's
    POSITION = "position"
    WORDS = "words"  # what a resident wrote
    NAME = "name"
    CONTACT = "contact"  # a telephone number


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a message, and what it discloses."""

    text: str
    disclosure: Disclosure = Disclosure.GENERAL


# What every inside channel may carry without being asked; everything else an operator allows a channel by name.
_INSIDE = frozenset({Disclosure.GENERAL, Disclosure.PLACE})
_OUTSIDE = frozenset({Disclosure.GENERAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person by one channel, in the person's language.

    `id` is the same however often it is sent, and shown by the channel as `reference`. `number` is what people call the
    alarm ("H 17"); `to` is the person's address on this channel, "" for a channel that has only one. `title` and what
    `GENERAL` lines say is made of facts, never of residents' words, and begins with "ÜBUNG" when `exercise` is set.
    `link` opens a page and changes nothing by being opened.
    """

    id: UUID
    sort: Sort
    kind: str
    severity: Severity
    number: str
    district: str
    at: datetime
    title: str
    lines: tuple[Line, ...]
    to: str
    person: str = ""
    exercise: bool = False
    link: str = ""
    language: str = "de"

    @property
    def reference(self) -> str:
        """Six characters of the id: who is told twice sees that it is the same."""
        return self.id.hex[-6:]

    @property
    def inside_text(self) -> str:
        """The lines that every channel of our own may carry."""
        return self._text(_INSIDE)

    @property
    def outside_text(self) -> str:
        """The lines that may go anywhere."""
        return self._text(_OUTSIDE)

    def text_for(self, place: Place, allows: frozenset[Disclosure] = frozenset()) -> str:
        """The lines that a channel may carry: those of its place, and what an operator allowed it beyond."""
        return self._text((_INSIDE if place is Place.INSIDE else _OUTSIDE) | allows)

    def _text(self, carried: frozenset[Disclosure]) -> str:
        return "\n".join(line.text for line in self.lines if line.disclosure in carried)


class ChannelRefused(Exception):  # noqa: N818 -- says what the channel did
    """The channel will not carry this message, now or later: the next channel is tried at once.

    `slug` names the reason in metrics and in the log ("rejected", "bad_address", "not_installed", "too_large"); the
    text is for the operator, and holds no secret and no address.
    """

    def __init__(self, slug: str, text: str) -> None:
        super().__init__(text)
        self.slug = slug


class ChannelUnavailable(Exception):  # noqa: N818 -- says how the channel is
    """The channel cannot be used now. The next channel is tried at once, and this one again after a pause.

    `retry_after_seconds`: when the other side says so (429), else None.
    """

    def __init__(self, slug: str, text: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(text)
        self.slug = slug
        self.retry_after_seconds = retry_after_seconds


class Channel(Protocol):
    """A way to people. Never shared between event loops; one task calls `send` at a time.

    `real_only`: exercises and tests of exercises never go there. `allows`: what it may carry beyond its place;
    `reason`: why the operator allowed that, which is written to the log.
    """

    @property
    def name(self) -> str:
        """The name that the operator gave it: `[a-z0-9_-]{1,32}`, unique at a node."""
        ...

    @property
    def place(self) -> Place:
        """Inside or outside."""
        ...

    @property
    def real_only(self) -> bool:
        """Whether exercises never go there."""
        ...

    @property
    def allows(self) -> frozenset[Disclosure]:
        """What it may carry beyond its place."""
        ...

    @property
    def reason(self) -> str:
        """Why it may carry more."""
        ...

    @property
    def works_offline(self) -> bool:
        """Whether it works without the internet."""
        ...

    async def send(self, message: Message) -> None:
        """Hand the message over. Raises ChannelRefused, ChannelUnavailable; never waits longer than a minute."""
        ...

    async def check(self) -> str:
        """What is wrong with the channel, in a sentence for the operator; "" when nothing is. Sends nothing."""
        ...

    async def run(self, heard: Heard) -> None:
        """Listen for answers until cancelled, and pass each on; returns at once for a channel without answers."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered on a channel: to which number ("17", "H 17") or message, and who says to have sent it.

    `message`: the id of the message that it replies to, where the channel knows that; `number` is then of no account.

    `is_known`: the sender is one of the people that the operator entered. Nobody can be sure who it was: an answer says
    "seen", and never takes a call.
    """

    channel: str
    number: str  # "" for a test
    sender: str
    is_known: bool = False
    message: UUID | None = None


Heard = Callable[[Answer], Awaitable[None]]
