"""CAP documents as OASIS' schema and other people's parsers read them."""

from __future__ import annotations

import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest

from api.crisis.alerts import areas, cap
from api.crisis.alerts.areas import Positions
from api.crisis.alerts.messages import Message, MessageType, Reference
from api.crisis.alerts.sender import Sender
from crisis.model.contents import Certainty, Hazard, NoticeText, Severity, Urgency
from crisis.places.gazetteer import Gazetteer
from tests.api.crisis.alerts.support import readers
from tests.crisis.support.examples import NOW, after, notice
from translations import catalogues, domains
from translations.languages import GERMAN, LANGUAGES

SENDER = Sender("kiezbox-0123456789ab", None)
NOWHERE = Positions({}, Gazetteer())
# Rathaus Schöneberg, Friedenau, and a box of another district.
BOXES = Positions({"71-01": (13.3435, 52.4847), "71-02": (13.330, 52.471), "72-01": (13.395, 52.521)}, Gazetteer())
FULL = notice(
    severity=Severity.SEVERE,
    urgency=Urgency.IMMEDIATE,
    certainty=Certainty.OBSERVED,
    hazard=Hazard.BLACKOUT,
    area="district-71",
    from_at=after(0),
    until_at=after(3_600),
)


def message(content: Any = FULL, kind: MessageType = MessageType.ALERT, **more: Any) -> Message:
    return Message(uuid4(), uuid4(), kind, content, NOW, "hub", **more)


def earlier() -> tuple[Reference, ...]:
    return tuple(Reference(uuid4(), NOW - timedelta(minutes=minutes)) for minutes in (20, 10))


def written(made: Message, known: Positions = BOXES, sender: Sender = SENDER) -> bytes:
    return cap.document(made, sender, known)


@pytest.mark.parametrize("kind", MessageType)
def test_a_document_follows_the_schema(kind: MessageType) -> None:
    references = () if kind is MessageType.ALERT else earlier()
    for hazard, area in itertools.zip_longest(
        Hazard, ["all", "district-71", "district-99", "71-01", "lora-1"], fillvalue="all"
    ):
        content = dataclasses.replace(FULL, hazard=Hazard(hazard), area=area, exercise=area == "all")
        assert readers.is_valid(written(message(content, kind, references=references)))


def test_a_document_in_every_language_follows_the_schema_and_names_the_event_in_it() -> None:
    texts = {language.tag: NoticeText(f"Strom {language.tag}", "Text", "Tun") for language in LANGUAGES}
    made = written(message(dataclasses.replace(FULL, texts={**texts, "vi": NoticeText("Mất điện")}, exercise=True)))

    alert = readers.bound(made)

    assert readers.is_valid(made)
    assert [info.language for info in alert.infos][:2] == ["de", "ar"]  # German first, then by tag
    events = {info.language: info.event for info in alert.infos}
    assert (events["de"], events["tr"], events["vi"]) == ("Stromausfall", "Elektrik kesintisi", "Power cut")
    assert {info.language: info.headline for info in alert.infos}["fr"] == "EXERCICE: Strom fr"


def test_two_parsers_read_what_staff_wrote() -> None:
    text = NoticeText("Strom <weg> & kalt", "Seit 14 Uhr.\nGrund unklar.", "Kerzen nur unter Aufsicht.")
    made = message(dataclasses.replace(FULL, texts={"de": text}), MessageType.UPDATE, references=earlier())

    bound, plain = readers.bound(written(made)), readers.plain(written(made))

    (info,), (same,) = bound.infos, plain["info"]
    assert (info.headline, info.description, info.instruction) == (text.headline, text.text, text.instruction)
    assert (same["headline"], same["description"], same["instruction"]) == (text.headline, text.text, text.instruction)
    assert (bound.identifier, bound.msg_type.value, bound.status.value) == (f"urn:uuid:{made.id}", "Update", "Actual")
    assert (plain["identifier"], plain["msgType"], plain["status"]) == (f"urn:uuid:{made.id}", "Update", "Actual")
    assert [each.identifier for each in bound.references_to_list()] == [
        f"urn:uuid:{each.id}" for each in made.references
    ]
    assert (
        plain["references"].split(" ")[0] == f"{SENDER.id},urn:uuid:{made.references[0].id},2026-01-03T06:25:00+00:00"
    )
    assert (info.urgency.value, info.severity.value, info.certainty.value) == ("Immediate", "Severe", "Observed")
    assert (same["urgency"], same["severity"], same["certainty"]) == ("Immediate", "Severe", "Observed")
    assert (same["onset"], same["expires"]) == ("2026-01-03T06:45:00+00:00", "2026-01-03T07:45:00+00:00")
    assert info.expires is not None
    assert info.expires.to_datetime() == FULL.until_at


def test_a_reference_is_exactly_what_the_earlier_message_says_of_itself() -> None:
    first = message()
    later = message(kind=MessageType.UPDATE, references=(Reference(first.id, first.sent),))

    said = readers.plain(written(first))
    assert readers.plain(written(later))["references"] == f"{said['sender']},{said['identifier']},{said['sent']}"


def test_a_cancel_says_that_the_notice_is_over_and_repeats_no_advice() -> None:
    content = dataclasses.replace(FULL, texts={"de": NoticeText("Strom weg", "Lang.", "Kerzen.")})

    (info,) = readers.bound(written(message(content, MessageType.CANCEL, references=earlier()))).infos

    assert (info.headline, info.urgency.value) == ("Gilt nicht mehr: Strom weg", "Past")
    assert (info.description, info.instruction, info.onset, info.expires) == (None, None, None, None)


@pytest.mark.parametrize("headline", ["Strom weg", "ÜBUNG: Strom weg", "Übung Strom weg"])
def test_an_exercise_is_marked_for_programs_and_once_for_people(headline: str) -> None:
    content = dataclasses.replace(FULL, texts={"de": NoticeText(headline)}, exercise=True)

    alert = readers.bound(written(message(content)))

    assert (alert.status.value, alert.note) == ("Exercise", "ÜBUNG / EXERCISE")
    assert (alert.infos[0].headline or "").casefold().count("übung") == 1


def test_the_city_is_a_polygon_and_has_the_official_key() -> None:
    (info,) = readers.bound(written(message(dataclasses.replace(FULL, area="all")))).infos
    (area,) = info.areas
    corners = [tuple(map(float, corner.split(","))) for corner in area.polygons[0].split(" ")]

    assert corners[0] == corners[-1]
    assert all(52.3 < latitude < 52.7 and 13.0 < longitude < 13.8 for latitude, longitude in corners)
    assert b"<value>110000000000</value>" in written(message(dataclasses.replace(FULL, area="all")))


@pytest.mark.parametrize(
    ("area", "circle", "described"),
    [
        ("district-71", (52.478, 13.337, 1.4), "Berlin, Friedenau und Schöneberg (Boxen 71-…)"),
        ("71-01", (52.485, 13.344, 0.5), "Berlin, Schöneberg (Box 71-01)"),
        ("district-99", None, "Berlin, Boxen 99-…"),
    ],
)
def test_a_district_is_the_circle_around_its_boxes(
    area: str, circle: tuple[float, float, float] | None, described: str
) -> None:
    found = areas.of(area, BOXES, catalogues.words(domains.RESIDENTS, GERMAN))

    assert found.description == described
    assert found.circle is None if circle is None else found.circle == pytest.approx(circle, abs=0.1)


def test_a_circle_is_written_as_the_schema_wants_it() -> None:
    root = ET.fromstring(written(message()))

    (circle,) = root.iter(f"{{{cap.NAMESPACE}}}circle")
    middle, radius = (circle.text or "").split(" ")
    assert [float(each) for each in middle.split(",")] == pytest.approx([52.478, 13.337], abs=0.01)
    assert float(radius) == pytest.approx(1.3, abs=0.2)


def test_who_sends_says_that_it_is_no_authority_unless_an_office_answers_for_it() -> None:
    office = Sender("bezirk.example", "Bezirksamt Tempelhof-Schöneberg")

    assert readers.bound(written(message())).infos[0].sender_name == "Kiezbox (keine amtliche Warnung)"
    assert readers.bound(written(message(), sender=office)).infos[0].sender_name == office.office


def test_dangerous_substances_have_no_term_of_oasis() -> None:
    (cbrn,) = readers.plain(written(message(dataclasses.replace(FULL, hazard=Hazard.CBRN))))["info"]
    (blackout,) = readers.plain(written(message()))["info"]

    assert [each["valueName"] for each in cbrn["eventCode"]] == ["kiezbox:hazard"]
    assert [each["value"] for each in blackout["eventCode"]] == ["OET-145", "blackout"]
    assert b"BBK" not in written(message())  # the codes of the official system are not ours to use


@pytest.mark.parametrize(
    "at", [NOW, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]
)
def test_times_are_whole_seconds_with_an_offset(at: datetime) -> None:
    assert readers.is_valid(written(dataclasses.replace(message(), sent=at)))
    assert cap.time(NOW.astimezone(timezone(timedelta(hours=1)))) == "2026-01-03T06:45:00+00:00"


def test_no_character_that_staff_can_type_makes_a_document_unreadable() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x10000), 0x1F525]))
    texts = {"de": NoticeText("a\x00b]]>", json.loads('"\\ud83d"') + "<!ENTITY x>", "")}
    made = message(dataclasses.replace(FULL, texts=texts))
    for start in range(0, len(every), 3_900):
        part = dataclasses.replace(FULL, texts={"de": NoticeText("x", every[start : start + 3_900])})
        ET.fromstring(written(message(part)))

    assert readers.is_valid(written(made))
    assert readers.bound(written(made)).infos[0].headline == "a\N{REPLACEMENT CHARACTER}b]]>"


def test_every_node_writes_the_same_document() -> None:
    made = message()

    assert written(made, NOWHERE) == written(dataclasses.replace(made), Positions({}, Gazetteer()))
