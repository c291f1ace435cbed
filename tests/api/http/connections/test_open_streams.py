"""Who may have a live stream when there are many."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from prometheus_client import CollectorRegistry, Gauge

from api.http.connections.open_streams import OpenStreams, StreamClient

if TYPE_CHECKING:
    from collections.abc import Iterator

ANNA, BERT = StreamClient("10.0.0.1", "anna"), StreamClient("10.0.0.1", "bert")


class Streams:
    """Streams that end only when they must."""

    def __init__(self, limit: int, per_client: int, stack: contextlib.ExitStack) -> None:
        self.gauge = Gauge("streams", "Open streams.", registry=CollectorRegistry())
        self.open = OpenStreams(limit, self.gauge, per_client)
        self.ended: list[str] = []
        self._stack = stack

    def begin(self, client: StreamClient, name: str = "") -> bool:
        """Open one, and return whether that was possible."""
        if not self.open.admits(client):
            return False
        self._stack.enter_context(self.open.one(client, lambda: self.ended.append(name or client.address)))
        return True


@pytest.fixture
def streams() -> Iterator[Streams]:
    with contextlib.ExitStack() as stack:
        yield Streams(50, 3, stack)


def test_the_oldest_of_an_account_ends_for_its_newest_from_whatever_address(streams: Streams) -> None:
    for number in range(500):
        assert streams.begin(StreamClient(f"10.0.0.{number % 100}", "anna"), f"anna {number}")

    assert streams.ended == [f"anna {number}" for number in range(497)]
    assert streams.open.count == 3


def test_another_account_at_the_same_address_keeps_its_streams(streams: Streams) -> None:
    streams.begin(BERT, "bert")
    for _ in range(10):
        streams.begin(ANNA, "anna")

    assert set(streams.ended) == {"anna"}


def test_an_address_without_an_account_has_ten_times_as_many(streams: Streams) -> None:
    for number in range(31):
        streams.begin(StreamClient("10.0.0.9"), str(number))

    assert streams.ended == ["0"]


def test_when_all_are_taken_the_address_with_most_gives_one_up(streams: Streams) -> None:
    for _ in range(30):
        streams.begin(StreamClient("10.0.0.1"))
    for number in range(20):
        streams.begin(StreamClient(f"10.0.1.{number}"))

    assert all(streams.begin(StreamClient(f"10.0.2.{number}")) for number in range(20))
    assert streams.ended == ["10.0.0.1"] * 20
    assert streams.open.count == 50


def test_when_nobody_has_more_than_others_one_more_is_refused(streams: Streams) -> None:
    for number in range(50):
        streams.begin(StreamClient(f"10.0.1.{number}"))

    assert not streams.begin(StreamClient("10.0.2.1"))
    assert streams.ended == []


def test_the_metric_counts_what_is_open(streams: Streams) -> None:
    with streams.open.one(ANNA, lambda: None):
        during = streams.gauge._value.get()

    assert (during, streams.gauge._value.get()) == (1, 0)
