"""The readings of a box."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, NotRequired

from pydantic import ConfigDict, FailFast, Field, StringConstraints, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from devices.readings import Clock, Message
from devices.wire import details, salvage, times
from devices.wire.samples import Samples
from devices.wire.v1 import fast_path
from devices.wire.v1.fields import Boot, Version, malformed
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

_Source = Annotated[str, StringConstraints(pattern=f"^{fast_path.SOURCE}$")]


class SampleV1(TypedDict):
    """What one source measured at one time."""

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]  # read by pydantic, no key

    at: int
    source: _Source
    values: dict[str, Any]  # judged one by one: samples.py


class TelemetryV1(TypedDict):
    """The payload of `kb/v1/{box}/telemetry`. Unknown keys, here and below, come from newer boxes and are ignored.

    This is a dictionary, not a model, so that its keys can be counted (`read_fully`).
    """

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]  # read by pydantic, no key

    v: Version
    boot: Boot
    seq: Annotated[int, Field(ge=1, le=salvage.SEQ_MAX)]
    sent: NotRequired[int | None]
    clock: NotRequired[Clock | None]
    samples: Annotated[list[SampleV1], Field(max_length=fast_path.SAMPLES_MAX), FailFast()]


_TELEMETRY = TypeAdapter(TelemetryV1)


def read(box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The readings of a box. Raises Malformed when the message as a whole is not what protocol.md describes."""
    return fast_path.read(box, payload, received_at, catalogue) or read_fully(box, payload, received_at, catalogue)


def read_fully(box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """As `read`, for any message: it finds what is wrong, and what can be stored all the same."""
    try:
        message = _TELEMETRY.validate_json(payload)
    except ValidationError as error:
        raise malformed(error, box, payload) from None
    samples_v1 = message["samples"]
    # As many colons as keys: no key is unknown, and no key came twice. Otherwise both must be checked.
    keys = len(message) + sum(len(sample["values"]) + 3 for sample in samples_v1)
    if payload.count(b":") != keys and (key := _repeated_key(payload)) is not None:
        boot, seq = salvage.from_payload(payload)
        detail = details.one_line(f'the key "{key}" comes twice in one object')
        raise Malformed(Reason.BAD_SCHEMA, detail, box=box, boot=boot, seq=seq)
    clock, sent_ms = message.get("clock"), message.get("sent")
    if sent_ms is not None and not times.is_moment(sent_ms):
        sent_ms = None
    samples = Samples(catalogue, received_at, box, clock)
    for index, sample in enumerate(samples_v1):
        samples.judge(f"/samples/{index}", sample["source"], sample["at"], sample["values"])
    return Message(
        box=box,
        samples=tuple(samples.found),
        rejected=tuple(samples.rejected),
        boot=message["boot"],
        seq=message["seq"],
        sent_ms=sent_ms,
        clock=clock,
    )


class _RepeatedKeyError(Exception):
    """A key comes twice in one object. Carries the key out of the JSON parser."""


def _repeated_key(payload: bytes) -> str | None:
    """The first key that comes twice in one object: JSON parsers keep one of the two, and a reading would be lost."""

    def check(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _RepeatedKeyError(key)
            seen.add(key)

    try:
        json.loads(payload.decode(), object_pairs_hook=check, parse_int=str, parse_float=str)
    except _RepeatedKeyError as repeated:
        return str(repeated)
    return None
