"""How often one client may ask for something: token buckets, fair on a Wi-Fi whose phones share an address.

Two buckets count at once. The *device* is what we can tell of one phone: its address and how its browser describes
itself. Its bucket is small, so that one busy phone is stopped before it uses up what its neighbours have. The *address*
has a large bucket, because hundreds of people behind a captive Wi-Fi or a mobile network share one; it bounds a client
that describes itself differently each time. Behind both, one bucket for *everybody* bounds what a day of abuse from
many addresses can write to the disk.

A device that describes itself differently each time can use up its address's bucket, and so make its own neighbours
wait. For a call for help that bucket is so large that this takes thousands of requests, and then the wait is a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from fastapi import Request

from api.http.connections import client_address
from kiezbox.token_bucket import Rate, TokenBuckets

_CLIENTS = 10_000  # remembered at once, per limit; the one heard of least recently is forgotten
_DESCRIBED = 200  # characters of a browser's description that count


@dataclass(frozen=True, slots=True)
class Rates:
    """What a device, an address and everybody together may do. `everybody` None: no common bound."""

    device: Rate
    address: Rate
    everybody: Rate | None = None


# A resident writes a handful of reports in a crisis; 500 neighbours behind one address all write one in a few minutes.
# Together at most 5 kB a second get onto the disk (a long text costs one for each kB): 430 MB on a day of abuse.
REPORTS = Rates(Rate(20, 1 / 60), Rate(600, 1.0), Rate(6_000, 5.0))
# People in panic press again, and so does whoever got no answer: that must work. Nobody is refused who has not sent
# dozens, unless somebody on the same network sends thousands.
DISTRESS = Rates(Rate(60, 1 / 5), Rate(3_000, 5.0), Rate(20_000, 20.0))
# Wrong receipt numbers, so that nobody finds other people's by trying. A number has 40 bits. A phone may mistype it
# often; a network of phones may try once a second, which in a year finds one of 10,000 receipts with a probability of
# a quarter.
RECEIPT_GUESSES = Rates(Rate(12, 1 / 30), Rate(120, 1 / 5))


@dataclass(frozen=True, slots=True)
class Client:
    """Who sends a request, as far as we can tell."""

    address: str
    device: str


class Limit:
    """What one kind of request may cost, by device, address and altogether."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = monotonic) -> None:
        self._buckets = tuple(
            TokenBuckets(rate, _CLIENTS) for rate in (rates.device, rates.address, rates.everybody) if rate is not None
        )
        self._clock = clock

    def peek(self, client: Client, cost: float = 1.0) -> float:
        """Seconds until this client may spend `cost`; 0 when it may now. Takes nothing."""
        return self._wait_seconds(client, cost, self._clock())

    def admit(self, client: Client, cost: float = 1.0) -> float:
        """Take `cost` from each bucket and return 0; or take nothing and return the seconds to wait."""
        now = self._clock()
        wait_seconds = self._wait_seconds(client, cost, now)
        if not wait_seconds:
            for buckets, name in self._of(client):
                buckets.admit(name, now, cost)
        return wait_seconds

    def _wait_seconds(self, client: Client, cost: float, now: float) -> float:
        return max(buckets.peek(name, now, cost) for buckets, name in self._of(client))

    def _of(self, client: Client) -> tuple[tuple[TokenBuckets, str], ...]:
        return tuple(zip(self._buckets, (client.device, client.address, ""), strict=False))


class Limits:
    """The limits of one application."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.reports = Limit(REPORTS, clock)
        self.distress = Limit(DISTRESS, clock)
        self.receipt_guesses = Limit(RECEIPT_GUESSES, clock)


def client_of(request: Request) -> Client:
    """Who sends this: an IPv4 address or an IPv6 site, and with it how the browser describes itself."""
    address = client_address.of(request.scope)
    described = request.headers.get("user-agent", ""), request.headers.get("accept-language", "")
    return Client(address, f"{address} {' '.join(described)[:_DESCRIBED]}")


def cost(text: str) -> float:
    """What a resident's text costs: one token, and one more for each full kilobyte."""
    return 1.0 + len(text.encode(errors="replace")) // 1024
