"""A row of the outbox as the message that a channel is given: in the person's language, with a link and its token."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from crisis.alarm import kinds, wording
from crisis.alarm.channel import Message, Severity, Sort
from crisis.alarm.wording import Details
from crisis.model import areas
from crisis.model.alarm_bodies import ClosedBy
from crisis.state.conclusions import area_names
from translations import catalogues, domains

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from crisis.alarm.alarms import Alarm
    from crisis.alarm.outbox.rows import KeptMessage
    from crisis.alarm.plan import Person
    from crisis.node import Node
    from translations.languages import Language

PATH = "/crisis/alarms"
TOKEN_PATH = f"{PATH}/s"
_TAG_BYTES = 12


@dataclass(frozen=True, slots=True)
class Material:
    """What a message is made of besides its row: the alarm, or those that it counts; how the alarm ended.

    `names`: those that operators gave to districts. They go outside, where a district may be said.
    """

    alarm: Alarm
    counted: tuple[Alarm, ...] = ()
    counted_ends: int = 0
    closed_by: ClosedBy = ClosedBy.OVER
    details: Details = Details()  # noqa: RUF009 -- frozen
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person, the address on the channel, and the link that is theirs; "" without one."""

    person: Person
    to: str
    link: str = ""


def message(row: KeptMessage, addressee: Addressee, material: Material, now: datetime) -> Message:
    """The message for this person, to this address."""
    person = addressee.person
    words = catalogues.words(domains.CRISIS, _language(person.language))
    alarm = material.alarm
    sort = Sort(row.sort)
    match sort:
        case Sort.COUNT:
            text = wording.count(material.counted, material.counted_ends, words, now)
        case Sort.TEST:
            text = wording.test(alarm, words, now, material.names)
        case Sort.END:
            text = wording.ended(alarm, material.closed_by, words, now, material.details, names=material.names)
        case _:
            text = wording.alarm(alarm, words, now, material.details, names=material.names)
    severity = Severity.CALL if any(each.is_call for each in material.counted) else _severity(alarm)
    exercise = all(each.exercise for each in material.counted) if material.counted else alarm.exercise
    return Message(
        id=row.id,
        sort=sort,
        kind=alarm.kind,
        severity=severity,
        number=alarm.label,
        district=wording.district_of(alarm.area, words, material.names),
        at=alarm.opened_at,
        title=text.title,
        lines=text.lines,
        to=addressee.to,
        person=person.name,
        exercise=exercise,
        link=addressee.link,
        language=person.language,
    )


def _severity(alarm: Alarm) -> Severity:
    return alarm.severity if alarm.kind in kinds.KINDS else Severity.INFO


def _language(tag: str) -> Language:
    return domains.CRISIS.find(tag) or domains.CRISIS.fallback


def details_of(node: Node, alarm: Alarm) -> Details:
    """What this node knows of a call: for channels that may carry it."""
    place = place_of(node, alarm)
    if not alarm.is_call:
        return Details(place=place)
    try:
        call = node.state.distress(UUID(alarm.subject))
    except ValueError:
        call = None
    if call is None:
        return Details(place=place)
    said = call.call
    position = None if said.latitude is None or said.longitude is None else (said.latitude, said.longitude)
    taken_by = call.taken[-1].act.actor if call.taken else ""
    return Details(place, position, said.text, said.contact, taken_by)


def place_of(node: Node, alarm: Alarm) -> str:
    """What people call the place of an alarm, for channels inside; "" for none, and where the district's name says it.

    Its own; that of this node; the name of the box, or its Ortsteil; of a district the Ortsteile of its boxes.
    """
    if own := dict(alarm.labels).get("place"):
        return own
    if alarm.area == node.name and node.settings.place:
        return node.settings.place
    names = area_names.given(node)
    if areas.district(alarm.area) == alarm.area:
        return "" if alarm.area in names else area_names.of(node).get(alarm.area, "")
    if alarm.area in names:
        return names[alarm.area]
    power = node.state.power_of(alarm.area)
    position = None if power is None else power.position
    if position is None:
        return ""
    ortsteil = node.places.current().where(*position).ortsteil
    return "" if ortsteil is None else ortsteil.name


# -- tokens in links ---------------------------------------------------------------------------------------------------


def token(secret: bytes, row: UUID) -> str:
    """What a link says "seen" with, and nothing else: for this message alone, while its alarm is open."""
    return base64.urlsafe_b64encode(row.bytes + _tag(secret, row)).decode().rstrip("=")


def row_of(secret: bytes, text: str) -> UUID | None:
    """The message that a token was made for; None for what we did not make."""
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    if len(found) != 16 + _TAG_BYTES:
        return None
    row = UUID(bytes=found[:16])
    return row if hmac.compare_digest(found[16:], _tag(secret, row)) else None


def _tag(secret: bytes, row: UUID) -> bytes:
    return hmac.new(secret, b"seen\0" + row.bytes, hashlib.sha256).digest()[:_TAG_BYTES]
