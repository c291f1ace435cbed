from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from crisis.alarm.channel import ChannelRefused, ChannelUnavailable, Disclosure, Place, Sort
from crisis.alarm.channels import carrying
from crisis.alarm.channels.carrying import Carried, SendingChannel
from crisis.alarm.channels.tables import ChannelTable
from tests.crisis.alarm.support.messages import GENERAL, PLACE, SECRETS, WORDS, message

if TYPE_CHECKING:
    from crisis.alarm.channel import Message


class Recording(SendingChannel):
    """A channel that keeps what it would send."""

    def __init__(self, error: Exception | None = None, **table: Any) -> None:
        super().__init__("probe", ChannelTable(**table))
        self.sent: list[Carried] = []
        self._error = error

    async def _deliver(self, words: Carried, message: Message) -> None:
        del message
        if self._error is not None:
            raise self._error
        self.sent.append(words)

    async def check(self) -> str:
        return ""


async def test_outside_goes_nothing_but_what_may_go_anywhere() -> None:
    channel = Recording()

    await channel.send(message())

    (sent,) = channel.sent
    assert sent.body == GENERAL
    assert [text for text in SECRETS.values() if text in sent.line] == []


async def test_inside_goes_a_place_as_well() -> None:
    channel = Recording(place=Place.INSIDE)

    await channel.send(message())

    assert channel.sent[0].body == f"{GENERAL}\n{PLACE}"


async def test_what_an_operator_allows_goes_and_nothing_more() -> None:
    channel = Recording(allows=[Disclosure.WORDS], reason="Rettungsstelle im Haus, Vertrag vom 1.11.")

    await channel.send(message())

    assert channel.sent[0].body == f"{GENERAL}\n{WORDS}"
    assert channel.reason == "Rettungsstelle im Haus, Vertrag vom 1.11."


@pytest.mark.parametrize("title", ["Hilferuf H 17", "ÜBUNG Hilferuf H 17"])
async def test_an_exercise_begins_with_its_word(title: str) -> None:
    channel = Recording()

    await channel.send(message(exercise=True, title=title))

    assert channel.sent[0].title == "ÜBUNG Hilferuf H 17"
    assert channel.sent[0].line.startswith("ÜBUNG ")


async def test_an_exercise_never_goes_to_a_channel_for_what_is_real() -> None:
    channel = Recording(real_only=True)

    with pytest.raises(ChannelRefused) as raised:
        await channel.send(message(exercise=True))
    await channel.send(message())

    assert raised.value.slug == "real_only"
    assert [words.title for words in channel.sent] == ["Hilferuf H 17, Bezirk 71"]


async def test_a_title_is_one_line_and_the_message_can_be_told_from_another() -> None:
    channel = Recording()

    await channel.send(message(title="Hilferuf\r\nBcc: alle@example.org", link="https://hub.example/crisis/a/1"))

    assert channel.sent[0].title == "Hilferuf Bcc: alle@example.org"
    assert channel.sent[0].line.endswith(" https://hub.example/crisis/a/1 #0abcde")


async def test_a_title_that_comes_again_is_not_paid_twice() -> None:
    channel = Recording()

    await channel.send(message(title="Hilferuf, medizinischer Notfall"))

    assert channel.sent[0].line == f"{GENERAL} #0abcde"


async def test_neither_is_one_that_was_cut() -> None:
    channel = Recording()

    await channel.send(message(title="Hilferuf, medizinischer Not…"))

    assert channel.sent[0].line == f"{GENERAL} #0abcde"


async def test_a_channel_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(Recording):
        async def _deliver(self, words: Carried, message: Message) -> None:
            del words, message
            await asyncio.Event().wait()

    monkeypatch.setattr(carrying, "_SEND_SECONDS", 0.01)

    with pytest.raises(ChannelUnavailable, match="did not answer") as raised:
        await Hanging().send(message())

    assert raised.value.slug == "timeout"


async def test_an_error_of_the_system_is_a_channel_that_cannot_be_used_now() -> None:
    with pytest.raises(ChannelUnavailable, match="No route to host"):
        await Recording(OSError(113, "No route to host")).send(message())


async def test_people_who_share_an_address_are_told_once() -> None:
    channel = Recording()

    for person in ("Anna", "Bo"):
        await channel.send(message(person=person, to="!A1B2C3D4", id=uuid.uuid4()))
    await channel.send(message(to="!a1b2c3d5"))
    await channel.send(message(to="!a1b2c3d4", sort=Sort.END))

    assert [(words.to, words.title) for words in channel.sent] == [
        ("!A1B2C3D4", "Hilferuf H 17, Bezirk 71"),
        ("!a1b2c3d5", "Hilferuf H 17, Bezirk 71"),
        ("!a1b2c3d4", "Hilferuf H 17, Bezirk 71"),
    ]


async def test_who_was_told_is_told_at_once_that_it_has_grown() -> None:
    channel = Recording()

    for title in ("12 Boxen", "24 Boxen"):
        for person in ("Anna", "Bo"):
            await channel.send(message(title=title, sort=Sort.CHANGED, person=person, id=uuid.uuid4()))

    assert [words.title for words in channel.sent] == ["12 Boxen", "24 Boxen"]


async def test_what_was_not_sent_is_sent_to_the_next_who_shares_the_address() -> None:
    channel = Recording(OSError(113, "No route to host"))
    with pytest.raises(ChannelUnavailable):
        await channel.send(message())
    channel._error = None

    await channel.send(message())

    assert len(channel.sent) == 1
