"""How reports say things: a number with its age, an entry with its number, a call in one line. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.crisis.staff import labels
from api.crisis.staff.desk.call_lines import CallLine
from api.crisis.staff.labels import operation_log as log_labels
from api.crisis.staff.operation_log.lines import Line
from api.crisis.staff.reports.sheets import Item, Look
from crisis.model.log_bodies import Priority
from translations.marks import N_
from translations.words import Words

SHOWN_MAX = 25  # entries or calls in one list: the others are counted, and stand in the operation log
_BULLET = "- "
_OPEN = N_("open")
_AGE_NOT_KNOWN = N_("age not known")
_PEOPLE = N_("people")
_EXERCISE = N_("EXERCISE")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of a report that is made `now`."""

    words: Words
    now: datetime

    def aged(self, text: str, at: datetime | None) -> str:
        """The text with the time that it is of: `7 open (as of 14:03, 2 min ago)`."""
        if at is None:
            return f"{text} ({self.words.text(_AGE_NOT_KNOWN)})"
        pattern = N_("as of %(time)s, %(age)s ago")
        return f"{text} ({self.words.text(pattern, time=self.words.time(at, self.now), age=self.age(at))})"

    def age(self, at: datetime) -> str:
        """How long ago, briefly."""
        return self.words.short_age(max((self.now - at).total_seconds(), 0.0))

    def since(self, at: datetime) -> str:
        """`since 14:03 (2 min)`."""
        return self.words.text(N_("since %(time)s (%(age)s)"), time=self.words.time(at, self.now), age=self.age(at))

    def point(self, text: str) -> Item:
        """One of a list."""
        return Item(text, lead=_BULLET)

    def sub(self, text: str) -> Item:
        """A heading within a section."""
        return Item(self.words.text(text), Look.SUB)

    def said(self, text: str) -> Item:
        """A text."""
        return Item(self.words.text(text))

    def typed(self, label: str, text: str) -> list[Item]:
        """What a person typed under a heading; `open` when nobody did."""
        typed = text.strip()
        return [self.sub(label), Item(typed) if typed else Item(self.words.text(_OPEN), Look.OPEN)]

    def listed(self, items: Sequence[Item], nothing: str) -> list[Item]:
        """A list: the first SHOWN_MAX, the others counted; or what stands there instead."""
        if not items:
            return [self.said(nothing)]
        more = len(items) - SHOWN_MAX
        rest = [self.point(self.words.text(N_("… and {} more")).format(more))] if more > 0 else []
        return [*items[:SHOWN_MAX], *rest]

    def entries(self, found: Iterable[Line], nothing: str) -> list[Item]:
        """Lines of the operation log, the newest first."""
        newest = sorted(found, key=lambda line: line.number, reverse=True)
        return self.listed([self.entry(line) for line in newest], nothing)

    def entry(self, line: Line) -> Item:
        """A line of the operation log."""
        marks = [
            self.words.text(N_("EXERCISE")) if line.is_exercise else "",
            self.words.text(line.kind),
            line.entry.function or "",
            ""
            if line.entry.priority is Priority.ROUTINE
            else self.words.text(log_labels.PRIORITIES[line.entry.priority]).upper(),
            self.words.text(log_labels.QUALITIES[line.entry.quality]) if line.entry.quality else "",
        ]
        number = self.words.text(N_("No. {}")).format(line.number)
        when = f"{self.words.time(line.at, self.now)}, {self.age(line.at)}"
        sender = self.words.text(N_("a resident")) if line.sender == "resident" else line.sender
        return self.point(f"{number} ({when}) {sender}, {', '.join(filter(None, marks))}: {line.text or '-'}")

    def call(self, found: CallLine) -> Item:
        """A call for help, without what its sender wrote."""
        call = found.call
        people = call.call.people
        place = found.street and f"{found.street}?"
        if found.ortsteil:
            place = f"{place} ({found.ortsteil})" if place else found.ortsteil
        place = place or self.words.text(N_("place not known"))
        waits = self.words.text(N_("NOBODY") if found.is_escalated else N_("waiting"))
        parts = [
            self.words.text(labels.DISTRESS_KINDS[call.call.kind]),
            "" if people is None else f"{self.words.text(_PEOPLE)}: {people}",
            place,
            self.since(call.received.at),
            found.takers or waits,
        ]
        drill = f"{self.words.text(_EXERCISE)} " if call.is_exercise else ""
        return self.point(f"{call.label} {drill}{', '.join(filter(None, parts))}".strip())
