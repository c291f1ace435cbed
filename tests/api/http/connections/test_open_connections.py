"""Who gets a connection when there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.http.connections.limits import ConnectionLimits
from api.http.connections.open_connections import OpenConnections, Stage
from kiezbox import metrics
from tests.api.conftest import serving
from tests.api.crisis.support import applications
from tests.api.support import raw_client
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kiezbox.settings import Settings

LIMITS = ConnectionLimits(20, 10, 20, 30, 500)


class Line:
    """A connection that is busy with what a test says."""

    def __init__(self, stage: Stage = Stage.HEAD, since: float = 0.0) -> None:
        self.since = since
        self.busy_with = stage
        self.became = "open"

    def stage(self) -> Stage:
        return self.busy_with

    def expire(self, now: float) -> bool:
        return now > self.since + LIMITS.head_seconds

    def give_up(self) -> None:
        self.became = "given up"

    def refuse(self) -> None:
        self.became = "refused"


def lines(found: OpenConnections, count: int, host: str, stage: Stage = Stage.HEAD) -> list[Line]:
    made = [Line(stage, since=number) for number in range(count)]
    for each in made:
        found.add(each, host)
    return made


def count(made: list[Line], what: str) -> int:
    return sum(each.became == what for each in made)


def test_a_new_connection_closes_the_oldest_idle_one_of_its_own_address() -> None:
    found = OpenConnections(LIMITS, ())

    flood = lines(found, 1_100, "10.0.0.1")

    assert [each.became for each in flood[-10:]] == ["open"] * 10
    assert count(flood, "given up") == 1_090
    assert len(found) == 10


def test_what_is_half_open_goes_before_what_arrives_and_that_before_an_answer() -> None:
    found = OpenConnections(LIMITS, ())
    answers = lines(found, 8, "10.0.0.1", Stage.ANSWER)
    body, head = *lines(found, 1, "10.0.0.1", Stage.ARRIVING), *lines(found, 1, "10.0.0.1")

    third = lines(found, 3, "10.0.0.1", Stage.ANSWER)

    assert (head.became, body.became) == ("given up", "given up")
    assert [each.became for each in third] == ["open", "open", "refused"]
    assert count(answers, "open") == 8


def test_when_all_are_taken_the_address_with_most_gives_one_up() -> None:
    found = OpenConnections(LIMITS, ())
    first, second = lines(found, 10, "10.0.0.1"), lines(found, 9, "10.0.0.2")
    [neighbour] = lines(found, 1, "10.0.0.3")

    others = [each for host in range(4, 9) for each in lines(found, 1, f"10.0.0.{host}")]

    assert len(found) == 20
    assert count(others, "open") == 5
    assert neighbour.became == "open"
    assert count(first, "given up") + count(second, "given up") == 5


def test_where_everything_is_answered_an_address_with_fewer_gets_its_place_all_the_same() -> None:
    found = OpenConnections(LIMITS, ())
    first, second = lines(found, 10, "10.0.0.1", Stage.ANSWER), lines(found, 10, "10.0.0.2", Stage.ANSWER)

    others = [each for host in range(3, 9) for each in lines(found, 1, f"10.0.0.{host}", Stage.ANSWER)]
    one_more = lines(found, 1, "10.0.0.1", Stage.ANSWER)

    assert count(others, "open") == 6
    assert (count(first, "given up"), count(second, "given up")) == (3, 3)
    assert one_more[0].became == "refused"  # its address has as many as the other


def test_an_ipv6_site_is_one_address() -> None:
    found = OpenConnections(LIMITS, ())

    for number in range(100):
        found.add(Line(), f"2001:db8:1:2::{number:x}")

    assert len(found) == 10


def test_a_trusted_proxy_is_no_address_and_gives_up_last() -> None:
    found = OpenConnections(LIMITS, ("10.0.0.0/30",))
    proxied, phone = lines(found, 15, "10.0.0.1"), lines(found, 5, "192.0.2.1")

    lines(found, 1, "192.0.2.2")

    assert count(proxied, "open") == 15
    assert count(phone, "given up") == 1


def test_who_comes_while_the_server_stops_is_closed_at_once() -> None:
    found, late = OpenConnections(LIMITS, ()), Line()
    found.stop(Line)

    found.add(late, "10.0.0.1")

    assert late.became == "given up"


def test_ten_thousand_addresses_are_forgotten_with_their_connections() -> None:
    found = OpenConnections(LIMITS, ())

    for number in range(10_000):
        line = Line()
        address = found.add(line, f"10.1.{number // 256}.{number % 256}")
        if number % 2:
            found.remove(line, address)

    assert len(found) <= 20
    assert len(found._by_address) <= 20


@pytest.fixture
async def crowd(port: int) -> AsyncIterator[list[raw_client.RawClient]]:
    """50 connections of one address, half-open."""
    clients = []
    for _ in range(50):
        clients.append(await raw_client.connect(port, "127.0.0.2"))
        clients[-1].send(b"GET /cr")
    yield clients
    for client in clients:
        client.close()


async def test_half_open_connections_keep_nobody_out(port: int, crowd: list[raw_client.RawClient]) -> None:
    neighbour, same_address = await raw_client.ask(port, "127.0.0.3"), await raw_client.ask(port, "127.0.0.2")

    assert (neighbour.status, same_address.status) == (200, 200)
    await until(lambda: sum(client.is_open for client in crowd) <= 8)


@pytest.mark.usefixtures("crowd")
async def test_their_number_is_measured(port: int) -> None:
    await raw_client.ask(port)

    assert 0 < (metrics.REGISTRY.get_sample_value("kiezbox_http_connections") or 0) <= 9
    labels = {"why": "crowded"}
    assert (metrics.REGISTRY.get_sample_value("kiezbox_http_connections_closed_total", labels) or 0) >= 42


async def test_a_body_that_is_slow_gives_way_to_a_new_request(port: int) -> None:
    body = b"POST /crisis/distress HTTP/1.1\r\nHost: box\r\nContent-Length: 10\r\n\r\nHi"
    clients = [await raw_client.connect(port) for _ in range(8)]
    for client in clients:
        client.send(body)

    answer = await raw_client.ask(port, "127.0.0.2")
    await until(lambda: sum(not client.is_open for client in clients) == 1)
    for client in clients:
        client.close()

    assert answer.status == 200


async def test_an_address_whose_connections_are_all_being_answered_is_told_so(box_settings: Settings) -> None:
    """Eight streams of an account, which may have ten."""
    token = applications.tokens(box_settings.crisis.folder)["ewa"]["Authorization"].encode()
    ask = b"GET /crisis/stream HTTP/1.1\r\nHost: box\r\nAuthorization: " + token + b"\r\n\r\n"
    async with serving(box_settings, is_away=True):
        port = box_settings.api.port
        clients = [await raw_client.connect(port) for _ in range(8)]
        for client in clients:
            client.send(ask)
            await client.reader.readuntil(b"event: ping")
        refused = await raw_client.ask(port, "127.0.0.2")
        neighbour = await raw_client.ask(port, "127.0.0.3")
        clients[0].close()
        await until(lambda: _is_served(port))
        for client in clients:
            client.close()

    assert (refused.status, refused.headers["retry-after"]) == (503, "5")
    assert refused.problem["type"] == "urn:kiezbox:problem:too-many-connections"
    assert neighbour.status == 200


async def _is_served(port: int) -> bool:
    return (await raw_client.ask(port, "127.0.0.2")).status == 200
