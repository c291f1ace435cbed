"""A row of a format's table of cases: what comes on the wire, and the readings that must come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devices.mappings import Mappings
from devices.quantities import CATALOGUE, Catalogue
from devices.readings import Flag
from devices.wire import parsing
from devices.wire.inputs import formats
from devices.wire.inputs.format import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devices.mappings import Mapping
    from devices.readings import Message

RECEIVED_AT = datetime(2025, 11, 22, 23, 20, 5, 250_000, tzinfo=UTC)
RECEIPT = "receipt"

# source, quantity, value in the catalogue's unit, and when: `receipt`, or ISO 8601 and how it is known
Expected = tuple[str, str, float, str]


@dataclass(frozen=True)
class Case:
    """`topic` and `payload` over MQTT; or a `request`, which then has to be for the format with `format`."""

    title: str
    box: str | None = None
    readings: tuple[Expected, ...] = ()
    topic: str = ""
    payload: bytes = b""
    request: Request | None = None
    unmapped: tuple[tuple[str, str], ...] = ()  # name, unit
    rejected: tuple[str, ...] = ()  # reasons beside `unmapped`
    mappings: tuple[Mapping, ...] = ()
    position: tuple[float, float] | None = None
    announced: tuple[tuple[str, bytes], ...] = ()  # topic and payload of what the device announced before
    more: dict[str, object] = field(default_factory=dict)  # attributes of the message


def post(
    path: str, body: bytes | str, headers: dict[str, str] | None = None, query: dict[str, str] | None = None
) -> Request:
    """A request as a format sees it."""
    return Request("POST", path, query or {}, headers or {}, body.encode() if isinstance(body, str) else body)


def catalogue(mappings: Iterable[Mapping] = ()) -> Catalogue:
    """The catalogue as it is shipped, with these mappings."""
    return Catalogue(CATALOGUE.values(), CATALOGUE.bad_positions, Mappings(mappings))


def messages(of_format: str, case: Case) -> list[Message]:
    """What is read of a case."""
    if case.request is None:
        sent = [(case.topic, case.payload)]
    else:
        take = formats.known()[of_format].take
        assert take is not None
        sent = [(formats.topic(of_format, each.box, each.more), each.payload) for each in take(case.request).parcels]
    known = catalogue(case.mappings)
    declare = formats.known()[of_format].declare
    for topic, payload in case.announced:
        assert declare is not None
        known.declarations.learn(topic, declare(topic, payload))
    return [parsing.parse(topic, payload, RECEIVED_AT, known) for topic, payload in sent]


def read(message: Message) -> set[Expected]:
    """The readings of a message as a case writes them."""
    found = set()
    for each in message.readings:
        if Flag.RECEIPT_TIME in each.flag:
            assert each.measured_at == RECEIVED_AT.replace(microsecond=0)
            when = RECEIPT
        else:
            when = each.measured_at.isoformat().replace("+00:00", "Z")
            when += " network" if Flag.NETWORK_TIME in each.flag else ""
        found.add((each.source, each.quantity, each.value, when))
    return found
