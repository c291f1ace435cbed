"""The readings of a box."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from devices.readings import Clock, Message, RejectedReading
from devices.wire import details, json_text, salvage, times
from devices.wire.samples import Samples
from devices.wire.v1 import fast_path
from devices.wire.v1.fields import WHOLE, Boot, Version, malformed, no_json, where_and_what
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

_Source = Annotated[str, StringConstraints(pattern=f"^{fast_path.SOURCE}$")]


class SampleV1(TypedDict):
    """What one source measured at one time."""

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]  # read by pydantic, no key

    at: Annotated[int, WHOLE]
    source: _Source
    values: dict[str, Any]  # judged one by one: samples.py


class TelemetryV1(TypedDict):
    """What the payload of `kb/v1/{box}/telemetry` must have. `sent` and `clock` are remarks, read one by one.

    Unknown keys, here and in samples, come from newer boxes and are ignored.
    """

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]  # read by pydantic, no key

    v: Version
    boot: Boot
    seq: Annotated[int, Field(ge=1, le=salvage.SEQ_MAX), WHOLE]
    samples: Annotated[list[Any], Field(max_length=fast_path.SAMPLES_MAX)]  # judged one by one


_TELEMETRY = TypeAdapter(TelemetryV1)
_SAMPLE = TypeAdapter(SampleV1)
_CLOCKS: dict[str, Clock] = {clock.value: clock for clock in Clock}
_MESSAGE = "message"  # stands for the source where a remark about the whole message is rejected


def read(box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The readings of a box. Raises Malformed when the message as a whole is not what protocol.md describes."""
    return fast_path.read(box, payload, received_at, catalogue) or read_fully(box, payload, received_at, catalogue)


def read_fully(box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """As `read`, for any message: it finds what is wrong, and what can be stored all the same."""
    try:
        content, text = json_text.parsed(payload)
    except ValueError as error:
        raise no_json(error, box, payload) from None
    try:
        message = _TELEMETRY.validate_python(content)
    except ValidationError as error:
        raise malformed(error, box, payload) from None
    # As many colons as keys: none came twice. Otherwise that must be looked at.
    if text.count(b":") != _key_count(content) and (key := _repeated_key(text)) is not None:
        boot, seq = salvage.from_payload(payload)
        detail = details.one_line(f'the key "{key}" comes twice in one object')
        raise Malformed(Reason.BAD_SCHEMA, detail, box=box, boot=boot, seq=seq)
    remarks: list[RejectedReading] = []
    clock, sent_ms = _clock(content.get("clock"), remarks), _sent_ms(content.get("sent"), remarks)
    samples = Samples(catalogue, received_at, box, clock)
    for index, sample in enumerate(message["samples"]):
        _judge(samples, index, sample)
    return Message(
        box=box,
        samples=tuple(samples.found),
        rejected=(*remarks, *samples.rejected),
        boot=message["boot"],
        seq=message["seq"],
        sent_ms=sent_ms,
        clock=clock,
    )


def _clock(said: Any, remarks: list[RejectedReading]) -> Clock | None:
    """What set the box's clock; None, with a remark, for what is not known here: a newer box may know more."""
    clock = _CLOCKS.get(said) if isinstance(said, str) else None
    if said is None or clock is not None:
        return clock
    detail = f"/clock: {details.excerpt(said)} is not {', '.join(Clock)}"
    remarks.append(RejectedReading(_MESSAGE, "clock", Reason.BAD_SCHEMA, details.one_line(detail)))
    return None


def _sent_ms(said: Any, remarks: list[RejectedReading]) -> int | None:
    """When the box sent the message; None, with a remark, for what is not a time."""
    sent_ms = json_text.whole(said)
    if type(sent_ms) is int:
        return sent_ms if times.is_moment(sent_ms) else None
    if said is not None:
        detail = f"/sent: {details.excerpt(said)} is not a whole number of milliseconds"
        remarks.append(RejectedReading(_MESSAGE, "sent", Reason.BAD_SCHEMA, details.one_line(detail)))
    return None


def _judge(samples: Samples, index: int, said: Any) -> None:
    """Keep or reject the values of one sample; a sample that is not what protocol.md describes is rejected alone."""
    if type(said) is dict:  # nearly all are as they must be, and pydantic takes longer to say so
        at, source, values = said.get("at"), said.get("source"), said.get("values")
        is_named = type(source) is str and len(source) <= fast_path.SOURCE_CHARACTERS and fast_path.is_source(source)
        if is_named and type(at) is int and type(values) is dict:
            samples.judge(f"/samples/{index}", str(source), at, values)
            return
    try:
        sample = _SAMPLE.validate_python(said)
    except ValidationError as error:
        source, values = (said.get("source"), said.get("values")) if isinstance(said, dict) else (None, None)
        names = list(values) if isinstance(values, dict) else []
        for name in names or [""]:
            samples.reject(
                details.one_line(source, fast_path.SOURCE_CHARACTERS) if isinstance(source, str) else "",
                name,
                Reason.BAD_SCHEMA,
                where_and_what(error, "samples", index),
            )
        return
    samples.judge(f"/samples/{index}", sample["source"], sample["at"], sample["values"])


def _key_count(content: dict[str, Any]) -> int:
    """How many keys a message has, its samples and their values; those in objects that are not known are left out."""
    count = len(content)
    for sample in content["samples"]:
        if isinstance(sample, dict):
            values = sample.get("values")
            count += len(sample) + (len(values) if isinstance(values, dict) else 0)
    return count


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
