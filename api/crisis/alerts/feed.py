"""The feed of alerts: Atom 1.0 (RFC 4287), with a link to the CAP document of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from api.crisis.alerts import cap, elements
from crisis.model import texts
from crisis.model.contents import GERMAN, Severity
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.crisis.alerts.messages import Alerts, Message
    from api.crisis.alerts.sender import Sender
    from translations.words import Words

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
PATH = "/crisis/alerts.atom"
CANCELS_KEPT = timedelta(days=7)  # a reader that is away for longer has to ask what holds
ENTRIES_MAX = 100  # together less than the 900 kB that readers take at most
_SUMMARY_MAX = 500
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_WORST_FIRST = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose feed it is, the address of this server, the language of its titles, and how fresh it is.

    `is_stale`: this box has not heard its hub since `as_of`; None when it never did.
    """

    sender: Sender
    root: str
    words: Words
    as_of: datetime | None
    is_stale: bool


def document(found: Alerts, feed: Feed, now: datetime) -> bytes:
    """The feed as an XML document in UTF-8: what holds and what was cancelled lately, the newest first."""
    words = feed.words
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": words.language.tag})
    elements.add(root, "id", f"urn:uuid:{feed.sender.feed}")
    elements.add(root, "title", feed.sender.name(words))
    if feed.is_stale:
        elements.add(root, "subtitle", _stale(words, feed.as_of, now))
    elements.add(root, "updated", cap.time(found.changed_at(now) or _NEVER))
    elements.add(ET.SubElement(root, "author"), "name", feed.sender.name(feed.words))
    ET.SubElement(root, "link", {"rel": "self", "type": MEDIA_TYPE, "href": f"{feed.root}{PATH}"})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": f"{feed.root}/crisis"})
    for message in _fitting(found.in_feed(now, now - CANCELS_KEPT)):
        _add_entry(root, message, feed)
    return elements.document(root)


def _stale(words: Words, as_of: datetime | None, now: datetime) -> str:
    if as_of is None:
        return words.text(N_("No contact with the control centre yet. What is written here may be incomplete."))
    text = N_("No contact with the control centre since %(time)s. What is written here may be out of date.")
    return words.text(text, time=words.time(as_of, now))


def _fitting(messages: Iterable[Message]) -> list[Message]:
    """All of them, or the worst; of equal ones the newest."""
    found = list(messages)
    kept = sorted(found, key=lambda each: _WORST_FIRST[each.content.severity])[:ENTRIES_MAX]
    return [each for each in found if each in kept] if len(found) > ENTRIES_MAX else found


def _add_entry(root: ET.Element, message: Message, feed: Feed) -> None:
    tag = feed.words.language.tag if feed.words.language.tag in message.content.texts else GERMAN
    text = message.content.texts[tag]
    entry = ET.SubElement(root, "entry", {} if tag == feed.words.language.tag else {"xml:lang": tag})
    elements.add(entry, "id", cap.name_of(message.id))
    elements.add(entry, "title", cap.headline(message, tag))
    elements.add(entry, "updated", cap.time(message.sent))
    elements.add(ET.SubElement(entry, "author"), "name", feed.sender.name(feed.words))
    ET.SubElement(entry, "category", {"term": cap.EVENTS[message.content.hazard].category})
    ET.SubElement(
        entry,
        "link",
        {"rel": "alternate", "type": cap.MEDIA_TYPE, "href": f"{feed.root}/crisis/alerts/{message.id}.xml"},
    )
    elements.add(entry, "summary", texts.clean(text.text or text.headline, _SUMMARY_MAX))
