"""The connections that are open now: each address has a share, and one that has too many gives up its idle ones."""

from __future__ import annotations

import asyncio
import ipaddress
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from api.http.connections import client_address
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.http.connections.limits import ConnectionLimits

SWEEP_SECONDS = 1.0  # how often deadlines are looked at


class Stage(IntEnum):
    """What a connection is busy with. When there are too many, they are closed in this order, the oldest first."""

    HEAD = 0  # nothing, or a request whose head is not complete, for a second or longer
    ARRIVING = 1  # a request whose body is not complete, or a connection that has only just begun
    UNREAD = 2  # an answer that its client does not take
    ANSWER = 3  # an answer: closed only for an address that has fewer


class Connection(Protocol):
    """A connection, as far as its deadline and its share of all connections are concerned."""

    def stage(self) -> Stage:
        """What it is busy with."""

    @property
    def since(self) -> float:
        """Since when, in seconds of the event loop's clock."""

    def expire(self, now: float) -> bool:
        """Close it if its deadline is over: with 408 where that can still be said. Returns whether it did."""

    def give_up(self) -> None:
        """Close it at once, because others need its place."""

    def refuse(self) -> None:
        """Answer 503 and close it: there is no place for it."""


class OpenConnections:
    """All connections of a server, by address. Those of trusted proxies carry many clients: they have no share."""

    def __init__(self, limits: ConnectionLimits, trusted_proxies: Sequence[str]) -> None:
        self._limits = limits
        self._trusted = [ipaddress.ip_network(each, strict=False) for each in trusted_proxies]
        self._by_address: dict[str, dict[Connection, None]] = {}
        self._count = 0
        self._is_stopping = False

    @property
    def limits(self) -> ConnectionLimits:
        """What each of them may take."""
        return self._limits

    def __len__(self) -> int:
        return self._count

    def add(self, connection: Connection, host: str | None) -> str:
        """Count a new connection of this host, and make room for it. Returns the address under which it counts.

        Where there is none for it, it is refused; it counts all the same until it is closed.
        """
        address = self._counted_as(host)
        if self._is_stopping:
            connection.give_up()
        elif address and len(self._by_address.get(address, ())) >= self._limits.connections_per_address:
            self._make_room([address], connection, address)
        elif self._count >= self._limits.connections_max:
            self._make_room(self._largest_first(), connection, address)
        self._by_address.setdefault(address, {})[connection] = None
        self._count += 1
        metrics.HTTP_CONNECTIONS.set(self._count)
        return address

    def remove(self, connection: Connection, address: str) -> None:
        """A connection is closed."""
        own = self._by_address.get(address)
        if own is None or connection not in own:
            return
        del own[connection]
        if not own:
            del self._by_address[address]
        self._count -= 1
        metrics.HTTP_CONNECTIONS.set(self._count)

    def stop(self, kind: type) -> None:
        """Close every connection of this class, on which nothing has begun, and each that comes from now on."""
        self._is_stopping = True
        self.give_up_all(kind)

    def give_up_all(self, kind: type = object) -> None:
        """Close every connection of this class at once."""
        for address, own in list(self._by_address.items()):
            for connection in [each for each in own if isinstance(each, kind)]:
                self._give_up(connection, address)

    async def watch(self) -> None:
        """Close what is over its deadline, once a second, for as long as the server runs."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep(loop.time())

    def sweep(self, now: float) -> None:
        """Close every connection whose deadline is over at this time of the event loop's clock."""
        for connection in [each for own in self._by_address.values() for each in own]:
            if connection.expire(now):
                metrics.HTTP_CONNECTIONS_CLOSED.labels("slow").inc()

    def _counted_as(self, host: str | None) -> str:
        """The address of a client, or "" for a proxy that we trust (and for a client without an address)."""
        try:
            found = ipaddress.ip_address((host or "").partition("%")[0])
        except ValueError:
            return ""
        if any(found in network for network in self._trusted):
            return ""
        return client_address.site(str(found))

    def _largest_first(self) -> list[str]:
        """Every address, the one with most connections first; the proxies last."""
        return sorted(self._by_address, key=lambda each: (each != "", len(self._by_address[each])), reverse=True)

    def _make_room(self, addresses: Sequence[str], newcomer: Connection, own: str) -> None:
        """Close the connection that is needed least; where every one is being answered, refuse the new one.

        But an address that has fewer than another gets its place all the same.
        """
        metrics.HTTP_CONNECTIONS_CLOSED.labels("crowded").inc()
        for address in addresses:
            found = min(self._by_address[address], key=lambda each: (each.stage(), each.since))
            if found.stage() is not Stage.ANSWER:
                self._give_up(found, address)
                return
        largest = addresses[0]
        if largest and len(self._by_address[largest]) > len(self._by_address.get(own, ())) + 1:
            self._give_up(min(self._by_address[largest], key=lambda each: each.since), largest)
            return
        newcomer.refuse()

    def _give_up(self, connection: Connection, address: str) -> None:
        self.remove(connection, address)  # now: hundreds may be accepted before the loop closes any
        connection.give_up()
