"""The address of a client, as far as it counts for limits."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

_IPV6_SITE_BITS = 64  # what one household or phone is given: it may choose any address below it
NOBODY = "unknown"
_NAME_MAX = 64  # characters of what is no address: a proxy may pass on what its client sent


def of(scope: Scope) -> str:
    """The address of the client that sends this request, as far as we can tell; behind a trusted proxy its own."""
    client = scope.get("client")
    return NOBODY if client is None else site(client[0])


def site(host: str) -> str:
    """What counts as one address: the first 64 bits of IPv6; of an IPv4-mapped IPv6 address, the IPv4 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:_NAME_MAX]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), _IPV6_SITE_BITS), strict=False).network_address)
    return str(address)
