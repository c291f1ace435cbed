"""How often one client may ask for something: token buckets, fair on a Wi-Fi whose phones share an address.

A phone with a mark (device_marks.py) has a bucket of its own, and no neighbour can empty it. Phones without one are
told apart by how their browsers describe themselves, which anybody can change: together they have the bucket of their
address. Behind all stands one bucket for *everybody*, which bounds what a day of abuse from many addresses can write to
the disk. The last third of it is kept for phones with a mark, the second for those within their address's bucket.

A call for help is not refused because such a bucket is empty, only when little is left of everybody's: what is beyond
a share is kept, and staff see it behind the calls of others (staff/shares.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from fastapi import Request

from api.crisis.device_marks import DeviceMarks
from api.http.connections import client_address
from kiezbox.token_bucket import Rate, TokenBucket, TokenBuckets

_CLIENTS = 10_000  # remembered at once, per limit; the one heard of least recently is forgotten
_DESCRIBED = 200  # characters of a browser's description that count


@dataclass(frozen=True, slots=True)
class Rates:
    """What a device, an address and everybody together may do. `everybody` None: no common bound.

    `is_kept`: what is beyond the first two is accepted, too, while two thirds of everybody's are left.
    """

    device: Rate
    address: Rate
    everybody: Rate | None = None
    is_kept: bool = False


# A resident writes a handful of reports in a crisis; 500 neighbours behind one address all write one in a few minutes.
# Together at most 5 kB a second get onto the disk (a long text costs one for each kB): 430 MB on a day of abuse.
REPORTS = Rates(Rate(20, 1 / 60), Rate(600, 1.0), Rate(10_000, 5.0))
# People in panic press again, and so does whoever got no answer: that must work. Nobody is refused unless somebody
# sends thousands.
DISTRESS = Rates(Rate(60, 1 / 10), Rate(3_000, 5.0), Rate(30_000, 20.0), is_kept=True)
# Wrong receipt numbers, so that nobody finds other people's by trying. A number has 40 bits. A phone may mistype it
# often; a network of phones with all its marks may try 1.5 times a second, which in a year finds one of 10,000
# receipts with a probability of two fifths.
RECEIPT_GUESSES = Rates(Rate(12, 1 / 120), Rate(120, 1 / 5))
_KEPT_FOR_SHARES, _KEPT_FOR_MARKS = 2 / 3, 1 / 3  # of everybody's bucket, when somebody else asks


@dataclass(frozen=True, slots=True)
class Client:
    """Who sends a request, as far as we can tell."""

    address: str
    device: str
    mark: str = ""


class Limit:
    """What one kind of request may cost, by device, address and altogether."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = monotonic) -> None:
        self._rates = rates
        self._devices = TokenBuckets(rates.device, _CLIENTS)
        self._addresses = TokenBuckets(rates.address, _CLIENTS)
        self._everybody = None if rates.everybody is None else TokenBucket(rates.everybody, clock())
        self._clock = clock

    def peek(self, client: Client, cost: float = 1.0) -> float:
        """Seconds until this client may spend `cost`; 0 when it may now. Takes nothing."""
        return self._wait_seconds(client, cost, self._clock())

    def admit(self, client: Client, cost: float = 1.0) -> float:
        """Take `cost` and return 0; or take nothing and return the seconds to wait."""
        now = self._clock()
        wait_seconds = self._wait_seconds(client, cost, now)
        if not wait_seconds:
            if not self._own_wait_seconds(client, cost, now):
                for buckets, name in self._of(client):
                    buckets.admit(name, now, cost)
            if self._everybody is not None:
                self._everybody.admit(now, cost)
        return wait_seconds

    def _wait_seconds(self, client: Client, cost: float, now: float) -> float:
        own = self._own_wait_seconds(client, cost, now)
        if self._rates.everybody is None or self._everybody is None:
            return own
        is_beyond = own > 0
        if is_beyond and not self._rates.is_kept:
            return own
        kept = _KEPT_FOR_SHARES if is_beyond else 0.0 if client.mark else _KEPT_FOR_MARKS
        common = self._everybody.peek(now, cost + kept * self._rates.everybody.burst)
        return min(own, common) if is_beyond and common else common

    def _own_wait_seconds(self, client: Client, cost: float, now: float) -> float:
        return max(buckets.peek(name, now, cost) for buckets, name in self._of(client))

    def _of(self, client: Client) -> tuple[tuple[TokenBuckets, str], ...]:
        if client.mark:
            return ((self._devices, client.mark),)
        return ((self._devices, client.device), (self._addresses, client.address))


class Limits:
    """The limits of one application, and the marks by which they tell phones apart."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.marks = DeviceMarks(clock)
        self.reports = Limit(REPORTS, clock)
        self.distress = Limit(DISTRESS, clock)
        self.receipt_guesses = Limit(RECEIPT_GUESSES, clock)

    def client_of(self, request: Request) -> Client:
        """Who sends this, with the mark of the phone if it has one that counts."""
        return replace(client_of(request), mark=self.marks.of(request))


def client_of(request: Request) -> Client:
    """Who sends this: an IPv4 address or an IPv6 site, and with it how the browser describes itself."""
    address = client_address.of(request.scope)
    described = request.headers.get("user-agent", ""), request.headers.get("accept-language", "")
    return Client(address, f"{address} {' '.join(described)[:_DESCRIBED]}")


def cost(text: str) -> float:
    """What a resident's text costs: one token, and one more for each full kilobyte."""
    return 1.0 + len(text.encode(errors="replace")) // 1024
