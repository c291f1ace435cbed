"""Messages of alarms, with everything in them that a channel could give away."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crisis.alarm.channel import Disclosure, Line, Message, Severity, Sort

WORDS = "Meine Mutter bekommt keine Luft"
NAME = "Wanda Przybylski"
CONTACT = "0151 98765432"
PLACE = "Rathaus Schöneberg"
POSITION = "52.4851 N 13.3436 O"
SECRETS = {
    Disclosure.WORDS: WORDS,
    Disclosure.NAME: NAME,
    Disclosure.CONTACT: CONTACT,
    Disclosure.PLACE: PLACE,
    Disclosure.POSITION: POSITION,
}
GENERAL = "Hilferuf, medizinischer Notfall, Bezirk 71, 03:12 Uhr"


def message(**changed: Any) -> Message:
    """A call for help at three in the morning."""
    made = Message(
        id=UUID("7d6c8f1e-0000-4000-8000-0000000abcde"),
        sort=Sort.ALARM,
        kind="distress",
        severity=Severity.CALL,
        number="H 17",
        district="71",
        at=datetime(2026, 11, 30, 2, 12, tzinfo=UTC),
        title="Hilferuf H 17, Bezirk 71",
        lines=(Line(GENERAL), *(Line(text, what) for what, text in SECRETS.items())),
        to="",
        person="Anna",
    )
    return dataclasses.replace(made, **changed)
