"""What arrived and is not acknowledged: in order, dated in order, bounded in memory, and no message twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from kiezbox import metrics, mqtt
from kiezbox.mqtt import packets
from kiezbox.mqtt.backlog import Backlog
from kiezbox.settings import MqttSettings
from tests.kiezbox.mqtt.support.peers import HANGING_SECONDS, connected, fresh, payloads, peer, take

if TYPE_CHECKING:
    from kiezbox.mqtt.backlog import Delivery

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LARGE = 60_000
BUFFERED = 6  # 256 KiB of the socket's buffer hold four such messages whole, and parts of two


def backlog() -> Backlog:
    return Backlog(MqttSettings(), metrics.MqttSession.OTHER)


def put(kept: Backlog, *mids: int, repeated: bool = False, now: datetime = NOON) -> None:
    flags = packets.QOS_1 | (packets.REPEATED if repeated else 0)
    kept.put([(flags, b"topic", mid, b"1") for mid in mids], now)


async def burst(kept: Backlog) -> list[Delivery]:
    async with asyncio.timeout(HANGING_SECONDS):
        return await kept.burst()


async def test_a_repeated_message_that_is_not_held_any_more_is_taken() -> None:
    kept = backlog()
    put(kept, 1, 2, 3)
    first = await burst(kept)
    put(kept, 1, repeated=True)
    acknowledged = kept.finish(first[:2])
    put(kept, 1, 2, 3, repeated=True)

    again = await burst(kept)

    assert acknowledged == [1, 2]
    assert [delivery.mid for delivery in again] == [1, 2]
    assert kept.finish([*first, *again]) == [3, 1, 2]


async def test_packet_ids_of_another_connection_mean_other_messages() -> None:
    kept = backlog()
    put(kept, 1, 2)
    put(kept, 1, repeated=True)
    kept.forget()
    put(kept, 2, 1, repeated=True)

    assert [delivery.mid for delivery in await burst(kept)] == [2, 1]


async def test_what_comes_after_a_repeat_that_was_not_held_is_known_too() -> None:
    kept = backlog()
    put(kept, 1)
    put(kept, 2, repeated=True)
    put(kept, 3)
    put(kept, 1, 2, 3, repeated=True)

    assert [delivery.mid for delivery in await burst(kept)] == [1, 2, 3]


async def test_repeats_take_no_room() -> None:
    kept = backlog()
    put(kept, *range(1, 101))
    before = kept.room_messages
    put(kept, *range(1, 101), repeated=True)
    held = await burst(kept)

    assert (kept.room_messages, len(held)) == (before, 100)
    assert kept.finish(held) == list(range(1, 101))
    assert kept.room_messages == before + 100


async def test_messages_that_nobody_acknowledges_are_never_repeats() -> None:
    kept = backlog()
    put(kept, 0, 0, repeated=True)

    assert len(await burst(kept)) == 2


# -- dated in order ---------------------------------------------------------------------------------------------------


async def dates(kept: Backlog) -> list[datetime]:
    return [delivery.received_at for delivery in await burst(kept)]


async def test_a_burst_is_dated_from_now_on_each_message_a_microsecond_later() -> None:
    kept = backlog()
    put(kept, 1, 2, 3)

    assert await dates(kept) == [NOON + timedelta(microseconds=passed) for passed in (0, 1, 2)]


async def test_a_burst_right_after_a_huge_one_is_dated_after_its_last_message() -> None:
    kept = backlog()
    put(kept, *range(1, 50_001))
    put(kept, 50_001, now=NOON + timedelta(microseconds=7))

    found = await dates(kept)

    assert found[-1] == NOON + timedelta(microseconds=50_000)
    assert all(earlier < later for earlier, later in pairwise(found))


@pytest.mark.parametrize("back", [timedelta(microseconds=1), timedelta(hours=1), timedelta(days=3_650)])
async def test_what_comes_after_the_clock_was_set_back_is_dated_after_what_came_before(back: timedelta) -> None:
    kept = backlog()
    put(kept, 1)
    put(kept, 2, now=NOON - back)
    kept.forget()
    put(kept, 1, now=NOON - back)

    assert await dates(kept) == [NOON + timedelta(microseconds=2)]


async def test_when_the_clock_has_caught_up_messages_are_dated_by_it_again() -> None:
    kept = backlog()
    put(kept, 1)
    put(kept, 2, now=NOON - timedelta(hours=1))
    put(kept, 3, now=NOON + timedelta(seconds=5))

    assert (await dates(kept))[-1] == NOON + timedelta(seconds=5)


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 20)), max_size=30))
def test_each_delivery_is_dated_later_than_the_one_before_whatever_the_clock_does(
    bursts: list[tuple[int, int]],
) -> None:
    kept = backlog()
    for offset_us, count in bursts:
        put(kept, *[0] * count, now=NOON + timedelta(microseconds=offset_us))

    found = [delivery.received_at for delivery in kept._ready]
    assert len(found) == sum(count for _, count in bursts)
    assert all(earlier < later for earlier, later in pairwise(found))


def test_a_clock_that_was_set_back_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    kept = backlog()
    put(kept, 1)
    for second in range(3):
        put(kept, 2, now=NOON - timedelta(hours=1, seconds=second))

    assert [record.message.split(":")[0] for record in caplog.records] == ["the clock was set back"]


def test_a_burst_that_was_dated_ahead_is_no_clock_that_was_set_back(caplog: pytest.LogCaptureFixture) -> None:
    kept = backlog()
    put(kept, *range(1, 20_001))
    put(kept, 20_001)

    assert caplog.records == []


# -- with a broker ----------------------------------------------------------------------------------------------------


def repeats() -> float:
    return REGISTRY.get_sample_value("kiezbox_mqtt_repeats_total") or 0.0


@pytest.mark.slow
async def test_nats_sends_again_to_a_client_that_is_merely_slow_and_it_is_taken_once(broker: MqttSettings) -> None:
    before = repeats()
    client_id, topic = fresh()
    async with mqtt.session(broker, client_id, [topic]) as session, peer(broker) as box:
        await connected(session)
        await asyncio.to_thread(box.send, topic, *payloads(20))
        held = await take(session, 20)
        async with asyncio.timeout(HANGING_SECONDS):
            while repeats() < before + 20:
                await asyncio.sleep(0.05)
        session.acknowledge(held)
        await asyncio.to_thread(box.send, topic, b"after")
        (after,) = await take(session, 1)
        session.acknowledge([after])

    assert [delivery.payload for delivery in held] == payloads(20)
    assert after.payload == b"after"


async def test_reading_pauses_when_so_many_bytes_are_held_and_nothing_is_lost(broker: MqttSettings) -> None:
    client_id, topic = fresh()
    small = broker.model_copy(update={"backlog_bytes": 10 * LARGE})
    sent = [bytes([number]) * LARGE for number in range(60)]
    async with mqtt.session(small, client_id, [topic]) as session, peer(broker) as box:
        await connected(session)
        await asyncio.to_thread(box.send, topic, *sent)
        held = await take(session, 10)
        backlog = REGISTRY.get_sample_value("kiezbox_mqtt_backlog_bytes", {"session": "other"})
        taken = list(held)
        session.acknowledge(held)
        while len(taken) < 60:
            burst = await take(session, 1, but=taken)
            assert sum(len(delivery.payload) for delivery in burst) <= (10 + BUFFERED) * LARGE
            session.acknowledge(burst)
            taken += burst

    assert 10 <= len(held) <= 10 + BUFFERED
    assert backlog is not None
    assert 10 * LARGE <= backlog <= (10 + BUFFERED) * LARGE
    assert [delivery.payload for delivery in taken] == sent
