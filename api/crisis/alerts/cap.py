"""A message as CAP 1.2 (OASIS, urn:oasis:names:tc:emergency:cap:1.2): each language of the notice is an info block."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from api.crisis.alerts import areas, elements
from api.crisis.alerts.messages import MessageType
from api.crisis.residents import guidance, labels
from crisis.model.contents import GERMAN, Hazard, Severity, Urgency
from translations import catalogues, domains, languages
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from api.crisis.alerts.areas import CapArea, Positions
    from api.crisis.alerts.messages import Message
    from api.crisis.alerts.sender import Sender
    from crisis.model.contents import NoticeText
    from translations.words import Words

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
TERMS = "OET:v1.2"  # OASIS' list of event terms; dangerous substances have no term of their own in it
_EXERCISE = N_("EXERCISE")
HAZARD_CODE, NOTICE = "kiezbox:hazard", "kiezbox:notice"


@dataclass(frozen=True, slots=True)
class Event:
    """CAP's category, and the code of OASIS' event term, if there is one."""

    category: str
    term: str | None


EVENTS: Mapping[Hazard, Event] = MappingProxyType(
    {
        Hazard.BLACKOUT: Event("Infra", "OET-145"),
        Hazard.HEAT: Event("Met", "OET-098"),
        Hazard.FLOOD: Event("Met", "OET-081"),
        Hazard.STORM: Event("Met", "OET-187"),
        Hazard.FIRE: Event("Fire", "OET-078"),
        Hazard.CBRN: Event("CBRNE", None),
        Hazard.OTHER: Event("Other", "OET-000"),
    }
)


def name_of(message: UUID) -> str:
    """CAP's identifier, which is also the id of the feed's entry."""
    return f"urn:uuid:{message}"


def time(at: datetime) -> str:
    """A time as CAP's schema wants it: whole seconds and an offset. UTC, so that every node writes the same."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def document(message: Message, sender: Sender, known: Positions) -> bytes:
    """The message as an XML document in UTF-8."""
    root = ET.Element("alert", {"xmlns": NAMESPACE})
    elements.add(root, "identifier", name_of(message.id))
    elements.add(root, "sender", sender.id)
    elements.add(root, "sent", time(message.sent))
    elements.add(root, "status", "Exercise" if message.is_exercise else "Actual")
    elements.add(root, "msgType", message.type.value)
    elements.add(root, "source", message.node)
    elements.add(root, "scope", "Public")
    if message.is_exercise:
        elements.add(root, "note", " / ".join(_words(tag).text(_EXERCISE) for tag in (GERMAN, "en")))
    if message.references:
        named = (f"{sender.id},{name_of(each.id)},{time(each.sent)}" for each in message.references)
        elements.add(root, "references", " ".join(named))
    for tag in sorted(message.content.texts, key=lambda tag: (tag != GERMAN, tag)):
        _add_info(root, message, tag, sender, known)
    return elements.document(root)


def headline(message: Message, tag: str) -> str:
    """The headline in a language that the notice has. It says itself that it is an exercise, or that it is over."""
    words = _words(tag)
    text = message.content.texts[tag].headline
    if message.type is MessageType.CANCEL:
        text = words.text(N_("No longer in force: %(headline)s"), headline=text)
    mark = words.text(_EXERCISE)
    is_marked = not message.is_exercise or text.casefold().startswith(mark.casefold())
    return text if is_marked else f"{mark}: {text}"


def _add_info(root: ET.Element, message: Message, tag: str, sender: Sender, known: Positions) -> None:
    content, words, event = message.content, _words(tag), EVENTS[message.content.hazard]
    is_over = message.type is MessageType.CANCEL
    info = ET.SubElement(root, "info")
    elements.add(info, "language", tag)
    elements.add(info, "category", event.category)
    elements.add(info, "event", _event_name(content.hazard, words))
    elements.add(info, "urgency", Urgency.PAST if is_over else content.urgency)
    elements.add(info, "severity", content.severity)
    elements.add(info, "certainty", content.certainty)
    if event.term is not None:
        _add_pair(info, "eventCode", TERMS, event.term)
    _add_pair(info, "eventCode", HAZARD_CODE, content.hazard)
    if not is_over:
        for name, at in (("onset", content.from_at), ("expires", content.until_at)):
            if at is not None:
                elements.add(info, name, time(at))
    elements.add(info, "senderName", sender.name(words))
    elements.add(info, "headline", headline(message, tag))
    if not is_over:
        _add_text(info, content.texts[tag])
    _add_pair(info, "parameter", NOTICE, str(message.notice))
    _add_area(info, areas.of(content.area, known, words))


def _add_text(info: ET.Element, text: NoticeText) -> None:
    for name, value in (("description", text.text), ("instruction", text.instruction)):
        if value:
            elements.add(info, name, value)


def _add_area(info: ET.Element, found: CapArea) -> None:
    area = ET.SubElement(info, "area")
    elements.add(area, "areaDesc", found.description)
    if found.polygon:
        elements.add(area, "polygon", " ".join(f"{latitude},{longitude}" for latitude, longitude in found.polygon))
    if found.circle is not None:
        latitude, longitude, radius_km = found.circle
        elements.add(area, "circle", f"{latitude},{longitude} {radius_km}")
    for name, value in found.geocodes:
        _add_pair(area, "geocode", name, value)


def _event_name(hazard: Hazard, words: Words) -> str:
    topic = guidance.TOPICS.get(hazard)
    return words.text(labels.SEVERITIES[Severity.MODERATE] if topic is None else topic.title)


def _words(tag: str) -> Words:
    """The texts in the language of an info block; in English where there are none in it."""
    return catalogues.words(domains.RESIDENTS, domains.RESIDENTS.find(tag) or languages.ENGLISH)


def _add_pair(parent: ET.Element, name: str, value_name: str, value: str) -> None:
    pair = ET.SubElement(parent, name)
    elements.add(pair, "valueName", value_name)
    elements.add(pair, "value", value)
