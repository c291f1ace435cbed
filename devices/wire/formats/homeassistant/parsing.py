"""Announcements, values on the topics that were announced, and presence. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devices.readings import Message, Status, Unmapped
from devices.wire import details, json_text
from devices.wire.formats.homeassistant import discovery, templates
from devices.wire.inputs import formats, numbers, values
from devices.wire.inputs.values import Value
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.declarations import Entity, Presence
    from devices.quantities import Catalogue

_FORMAT = "homeassistant"


def read(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The message on a topic at the broker of Home Assistant. Raises Malformed.

    What is on a topic that nobody announced says nothing. A value that is `nan`, `None` or empty is none.
    """
    if topic.startswith(f"{formats.ROOT}/"):
        topic = topic.split("/", 3)[3]
    if discovery.is_config(topic):
        return _announcement(topic, payload)
    entities = list(catalogue.declarations.entities(topic))
    if entities:
        return _values(entities, payload, received_at, catalogue)
    for presence in catalogue.declarations.presences(topic):
        return _presence(presence, payload, received_at)
    return _of_nobody(topic, payload, received_at, catalogue)


def _announcement(topic: str, payload: bytes) -> Message:
    try:
        found = discovery.declaration(topic, payload)
    except ValueError as error:
        raise Malformed(Reason.BAD_JSON, details.one_line(f"an announcement: {error}")) from None
    del found
    return Message(box=None, input=_FORMAT, declares=(topic, payload))


def _values(entities: list[Entity], payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    text = payload.decode("utf-8", "replace").strip()
    content: Any = None
    if text[:1] in {"{", "["}:
        try:
            content, _ = json_text.parsed(payload)
        except ValueError as error:
            raise Malformed(Reason.BAD_JSON, details.one_line(f"Invalid JSON: {error}"), box=entities[0].box) from None
    found = [
        Value(each.name, number, each.quantity, each.unit, each.source)
        for each in entities
        if (number := templates.number(each.template, text, content)) is not None
    ]
    unread = [
        Unmapped(each.source, details.one_line(f"{each.name}: {each.template}", values.NAME_CHARACTERS), "", None)
        for each in entities
        if not templates.is_known(each.template)
    ]
    return values.message(_FORMAT, entities[0].box, found, received_at, catalogue, unread=unread)


def _of_nobody(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """A value of ESPHome that nobody announced: it is counted under its topic, so that somebody sees it."""
    number = numbers.of(payload.decode("utf-8", "replace"))
    found = [] if number is None else [Value(topic, number)]
    return values.message(_FORMAT, None, found, received_at, catalogue)


def _presence(presence: Presence, payload: bytes, received_at: datetime) -> Message:
    text = payload.decode("utf-8", "replace").strip()
    if text[:1] == "{":  # zigbee2mqtt's availability
        try:
            content, _ = json_text.parsed(payload)
        except ValueError:
            content = None
        text = str(content.get("state", "")) if isinstance(content, dict) else ""
    if text == presence.online:
        return Message(box=presence.box, status=Status(online=True, at=received_at), input=_FORMAT)
    if text == presence.offline:
        return Message(box=presence.box, status=Status(online=False), input=_FORMAT)
    return Message(box=None, input=_FORMAT)
