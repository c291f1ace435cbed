"""What a line says: there is a text for every kind of event that becomes one."""

from __future__ import annotations

from uuid import uuid4

import pytest

from api.crisis.staff.labels import line_text
from crisis.model import alarm_bodies, contents, event_bodies
from crisis.model.alarm_bodies import ClosedBy
from crisis.model.call_bodies import WITHDRAWN_TEXT, CallerSaid, DistressNoted
from crisis.model.events import Event, Unread
from crisis.model.log_bodies import EntrySort, EntryWritten
from crisis.state import book
from devices.readings import DistressKind, Mode
from tests.crisis.support.examples import NOW, event, notice, point
from translations import catalogues, domains, languages

WORDS = catalogues.words(domains.STAFF, languages.GERMAN)
NAME = uuid4()


def test_every_kind_of_a_line_has_a_text() -> None:
    assert {event_bodies.KINDS[kind] for kind in book.ALL_KINDS} <= set(line_text._SAID)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (event_bodies.ModeSeen("71-01", Mode.EMERGENCY, NOW), "NOTFALL, zuerst 71-01"),
        (event_bodies.PowerSeen("71-01", False, NOW), "kein Strom aus dem Netz, zuerst an 71-01"),
        (event_bodies.ModeSet("all", Mode.NORMAL, "vorbei", proposed_by="anna"),
         "all: Normalbetrieb, vorgeschlagen von anna. vorbei"),
        (event_bodies.DistressReceived(DistressKind.FIRE, withheld=True), "H 030745: Feuer (den Wortlaut haben"),
        (DistressNoted(NAME, "3. Stock", CallerSaid.ADDED), "3. Stock"),
        (DistressNoted(NAME, WITHDRAWN_TEXT, CallerSaid.WITHDRAWN), ""),
        (EntryWritten("x", withheld=True), "(den Wortlaut haben"),
        (EntryWritten("Dienstbeginn", EntrySort.KEEPER),
         "anna führt ab hier das Einsatztagebuch dieses Knotens\nDienstbeginn"),
        (event_bodies.NoticePublished(NAME, {"texts.tr": None, "severity": "Severe"}), "[tr] -\nSchwere: schwer"),
        (event_bodies.NoticePublished(NAME, {"until_at": None}), "Bis: -"),
        (event_bodies.NoticePublished(NAME, {"until_at": 1_792_888_200_000}), "Bis: 250230okt2026 MESZ"),
        (event_bodies.PointPut(NAME, {"open_now": False, "kind": "water"}), "Jetzt offen: nein · Art: Wasser"),
        (event_bodies.PointPut(NAME, {"offers": ["Tee", "Decken"]}), "Was es gibt: Tee, Decken"),
        (alarm_bodies.AlarmClosed("source_failing/hub/database", ClosedBy.OVER),
         "Quelle von Alarmen gestört: Datenbank (hub)"),
        (alarm_bodies.AlarmClosed("source_failing/hub/clocks", ClosedBy.OVER),
         "Quelle von Alarmen gestört: Uhren"),
        (alarm_bodies.AlarmClosed("source_failing/hub/lag", ClosedBy.OVER),
         "Quelle von Alarmen gestört: Es kommt"),
        (alarm_bodies.AlarmClosed("channel_failing/hub/ntfy", ClosedBy.OVER),
         "Alarmweg gestört: ntfy (hub): "),
        (alarm_bodies.AlarmOpened("node_silent/71-01", "warning", label="71-01"), "Knoten"),
        (event_bodies.CommandSent(NAME, "71-01", "ping"), "71-01: ping"),
        (event_bodies.CommandResult(NAME, "failed", "no route"), "failed no route"),
    ],
)  # fmt: skip
def test_a_line_says_what_the_event_says(body: event_bodies.Body, said: str) -> None:
    assert line_text.text_of(event(body), WORDS).startswith(said)


def test_the_first_event_of_a_notice_is_there_with_its_whole_text_and_nothing_empty() -> None:
    content = notice("Strom weg", area="district-71")
    text = line_text.text_of(event(event_bodies.NoticePublished(NAME, contents.fields_of(content))), WORDS)
    place = line_text.text_of(event(event_bodies.PointPut(NAME, contents.fields_of(point()))), WORDS)

    assert text.startswith("Strom weg\n")
    assert "district-71" in text
    assert "Rathaus" in place
    assert ": -" not in text + place


def test_what_this_program_cannot_read_is_a_line_all_the_same() -> None:
    unread = Event(NAME, "71-01", NOW, "anna", "mode_set", Unread("mode_set"))

    assert line_text.text_of(unread, WORDS) == "mode_set"
    assert line_text.kind_of(unread)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (None, "hat eine Zwischenmeldung zu einem Hilferuf gemacht"),
        (CallerSaid.ADDED, "hat einen Hilferuf ergänzt"),
        (CallerSaid.WITHDRAWN, "hat einen Hilferuf zurückgezogen"),
    ],
)
def test_what_the_holder_of_a_receipt_says_is_no_note_of_staff(said: CallerSaid | None, kind: str) -> None:
    assert WORDS.text(line_text.kind_of(event(DistressNoted(NAME, "x", said)))) == kind
