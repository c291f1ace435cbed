"""How often one client may ask for something: token buckets, fair on a Wi-Fi whose phones share an address.

Two buckets count at once. The *device* is what we can tell of one phone: its address and how its browser describes
itself. It has a small bucket, so a phone that sends and sends is stopped before it uses up what its neighbours have.
The *address* has a large bucket, because a captive Wi-Fi or a mobile network shows us hundreds of people behind one; it
bounds a client that describes itself anew each time. Behind both, one bucket for *everybody* bounds what a day of abuse
from many addresses can write to the disk.

A device that describes itself anew each time can use up its address's bucket, and so keep its own neighbours waiting.
For a call for help that bucket is so large that this takes thousands of requests, and then the wait is a second.
"""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from fastapi import Request

from api.http import problems

_CLIENTS = 10_000  # remembered at once, per limit; the one heard of least recently is forgotten
_IPV6_SITE_BITS = 64  # what one household or phone is given: anything below it is free to choose
_DESCRIBED = 200  # characters of a browser's description that count
_NOBODY = "unknown"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and then so many a second."""

    burst: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Rates:
    """What a device, an address and everybody together may do."""

    device: Rate
    address: Rate
    everybody: Rate


# A resident writes a handful of reports in a crisis; 500 neighbours behind one address all write one in a few minutes.
# Together at most 5 kB a second get onto the disk (a long text costs one for each kB): 430 MB on a day of abuse.
REPORTS = Rates(Rate(20, 1 / 60), Rate(600, 1.0), Rate(6_000, 5.0))
# Whoever presses in panic, or whose answer got lost, presses again: that must work. Nobody is refused who has not sent
# dozens, unless somebody on the same network sends thousands.
DISTRESS = Rates(Rate(60, 1 / 5), Rate(3_000, 5.0), Rate(20_000, 20.0))


class Buckets:
    """Buckets by name, each filled when it is new. Bounded: the one used least recently is forgotten."""

    def __init__(self, rate: Rate, names_max: int = _CLIENTS) -> None:
        self._rate = rate
        self._max = names_max
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and since when

    def wait_seconds(self, name: str, cost: float, now: float) -> float:
        """How long until so much is there; 0 when it is. Takes nothing."""
        missing = min(cost, self._rate.burst) - self._level(name, now)
        return max(0.0, missing / self._rate.per_second)

    def take(self, name: str, cost: float, now: float) -> None:
        """Take so much out."""
        self._levels[name] = (max(self._level(name, now) - cost, 0.0), now)
        self._levels.move_to_end(name)
        if len(self._levels) > self._max:
            self._levels.popitem(last=False)

    def _level(self, name: str, now: float) -> float:
        level, since = self._levels.get(name, (self._rate.burst, now))
        return min(self._rate.burst, level + max(0.0, now - since) * self._rate.per_second)

    def __len__(self) -> int:
        return len(self._levels)


class Limit:
    """What one kind of request may cost, by device, address and altogether."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = monotonic) -> None:
        self._buckets = (Buckets(rates.device), Buckets(rates.address), Buckets(rates.everybody))
        self._clock = clock

    def ask(self, client: "Client", cost: float = 1.0) -> float:
        """Take the cost and say 0; or take nothing and say how many seconds to wait."""
        now = self._clock()
        asked = tuple(zip(self._buckets, (client.device, client.address, ""), strict=True))
        wait_seconds = max(buckets.wait_seconds(name, cost, now) for buckets, name in asked)
        if wait_seconds > 0:
            return wait_seconds
        for buckets, name in asked:
            buckets.take(name, cost, now)
        return 0.0


@dataclass(frozen=True, slots=True)
class Client:
    """Who sends a request, as far as we can tell."""

    address: str
    device: str


class Limits:
    """The limits of one application."""

    def __init__(self) -> None:
        self.reports = Limit(REPORTS)
        self.distress = Limit(DISTRESS)


def client_of(request: Request) -> Client:
    """Who sends this: an IPv4 address or an IPv6 site, and with it how the browser describes itself."""
    address = _NOBODY if request.client is None else site(request.client.host)
    described = request.headers.get("user-agent", ""), request.headers.get("accept-language", "")
    return Client(address, f"{address} {' '.join(described)[:_DESCRIBED]}")


def site(host: str) -> str:
    """What counts as one address: of IPv6 the first 64 bits, of a v4 address in v6 clothes the v4 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), _IPV6_SITE_BITS), strict=False).network_address)
    return str(address)


def of(request: Request) -> Limits:
    """The limits of the application that serves this request."""
    state = request.app.state
    if not hasattr(state, "limits"):
        state.limits = Limits()
    found: Limits = state.limits
    return found


def cost(text: str) -> float:
    """What a resident's text costs: one, and one more for each full kilobyte."""
    return 1.0 + len(text.encode(errors="replace")) // 1024


def refusal(wait_seconds: float) -> problems.Problem:
    """The 429 that says when to come back. A form's handler shows the same as a page."""
    seconds = math.ceil(wait_seconds)
    return problems.Problem(
        429,
        problems.Slug.TOO_MANY_REQUESTS,
        "Too many requests",
        f"Too much was sent from here. Nothing of this request was kept: send it again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )


def within(choose: Callable[[Limits], Limit]) -> Callable[[Request], Awaitable[None]]:
    """A dependency that admits a request or raises the 429: `Depends(limits.within(lambda each: each.reports))`."""

    async def admit(request: Request) -> None:
        wait_seconds = choose(of(request)).ask(client_of(request))
        if wait_seconds > 0:
            raise refusal(wait_seconds)

    return admit
