"""Where alarms come from: each source alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crisis.alarm import alarms
from crisis.alarm.alarms import Alarm
from crisis.alarm.kinds import KINDS
from crisis.alarm.sources import of_database, of_log, of_node
from crisis.alarm.sources.gathering import Gathering
from crisis.alarm.sources.of_certificates import CertificateFiles
from crisis.log.records import HeldEvent
from crisis.model import contents, event_bodies, events
from crisis.model.alarm_bodies import AlarmOpened, DutyPut
from crisis.model.call_bodies import DistressReopened
from crisis.model.contents import Severity, Urgency
from crisis.state.state import State
from tests.crisis.support.examples import NOW, event, notice

if TYPE_CHECKING:
    from pathlib import Path
from uuid import uuid4


def certificate(days: float) -> bytes:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "box")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=days))
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_certificate_that_ends_soon_is_an_alarm_until_it_is_renewed(tmp_path: Path) -> None:
    path = tmp_path / "tls.pem"
    files = CertificateFiles([path, tmp_path / "missing.pem"])
    now = datetime.now(UTC)
    assert list(files.alarms("hub", "all", now)) == []
    path.write_bytes(certificate(3))
    assert [alarm.name for alarm in files.alarms("hub", "all", now)] == ["certificate/hub/tls.pem"]
    path.write_bytes(certificate(300))

    assert list(files.alarms("hub", "all", now + timedelta(seconds=1))) == []


def test_a_condition_of_the_database_has_to_hold_for_its_time() -> None:
    holding, kind = of_database.Holding(), KINDS["unreachable"]
    rows = [{"box": "71-03", "district": "71", "rhythms": 4.0}, {"box": "71-04", "district": "71", "rhythms": 2.0}]

    assert holding.alarms(kind, rows, NOW, 0) == ()
    assert holding.alarms(kind, rows, NOW, 200) == ()
    assert [alarm.name for alarm in holding.alarms(kind, rows, NOW, 301)] == ["unreachable/71-03"]
    assert holding.alarms(kind, [], NOW, 302) == ()
    assert holding.alarms(kind, rows, NOW, 303) == ()


def test_a_condition_that_people_were_told_of_holds_over_a_restart() -> None:
    kind = KINDS["unreachable"]
    rows = [{"box": f"71-0{number}", "district": "71", "rhythms": 4.0} for number in (3, 4)]

    named = of_database.Holding(begun=frozenset({"unreachable/71-03"}))
    assert [alarm.subject for alarm in named.alarms(kind, rows, NOW, 10)] == ["71-03"]
    many = of_database.Holding(begun=frozenset({"unreachable/many", "battery/71-09"}))
    assert [alarm.subject for alarm in many.alarms(kind, rows, NOW, 10)] == ["71-03", "71-04"]
    assert many.begun == {"battery/71-09"}
    assert many.alarms(kind, [], NOW, 11) == ()
    assert many.alarms(kind, rows, NOW, 12) == ()


def test_what_is_not_signed_as_it_must_be_is_an_alarm_when_no_certificate_comes_within_a_minute() -> None:
    since = event_bodies.milliseconds(NOW)
    held = HeldEvent(
        events.encode(event(event_bodies.DistressReceived(text="Hilfe"))), "unknown_signer", "71-03", since
    )

    assert list(of_node.broken_seals([held], NOW + timedelta(seconds=30))) == []
    (alarm,) = of_node.broken_seals([held], NOW + timedelta(seconds=61))
    assert alarm.name == "broken_seal/71-03"


def test_a_severe_warning_that_is_immediate_is_one_while_it_holds() -> None:
    state, name = State(), uuid4()
    content = notice(severity=Severity.SEVERE, urgency=Urgency.IMMEDIATE)
    state.apply(event(event_bodies.NoticePublished(name, contents.fields_of(content))))
    assert [alarm.kind for alarm in of_log.warnings(state, NOW)] == ["official_warning"]

    state.apply(event(event_bodies.NoticeWithdrawn(name), 1))

    assert list(of_log.warnings(state, NOW)) == []


def test_a_call_that_was_opened_again_is_an_alarm_since_then() -> None:
    state = State()
    received = event(event_bodies.DistressReceived(text="Hilfe", box="71-01", receipt="A"))
    state.apply(received)
    state.apply(event(event_bodies.DistressClosed(received.id, "erledigt"), 3_600))
    assert list(of_log.calls(state, lambda _node, _box: True)) == []

    state.apply(event(DistressReopened(received.id, "Irrtum"), 7_200))

    waits = state.distresses()[0].waits_since
    assert waits > received.at
    assert [alarm.opened_at for alarm in of_log.calls(state, lambda _node, _box: True)] == [waits]


def test_nobody_on_duty_is_seen_for_each_area_that_the_rota_names() -> None:
    state = State()
    assert [alarm.area for alarm in of_log.duty_gaps(state, NOW)] == ["all"]

    state.apply(event(DutyPut(uuid4(), "anna", "district-71", days=(0, 1, 2, 3, 4, 5, 6))))

    assert list(of_log.duty_gaps(state, NOW)) == []


def silent(number: int, area: str = "district-71") -> Alarm:
    return Alarm(kind="unreachable", subject=f"71-{number:02x}", opened_at=NOW, area=area)


def test_many_of_a_kind_are_one_alarm_that_counts_them() -> None:
    found = alarms.picture([silent(number) for number in range(500)], (), NOW)

    assert [(alarm.name, alarm.count, alarm.area) for alarm in found.told] == [("unreachable/many", 500, "district-71")]


def test_what_follows_from_another_alarm_tells_nobody_where_that_is_and_calls_always_do() -> None:
    outage = Alarm(kind="large_outage", subject="1", opened_at=NOW, area="district-71")
    call = Alarm(kind="distress", subject="2", opened_at=NOW, area="71-01")

    found = alarms.picture([silent(1), silent(2, "district-72"), outage, call], (), NOW)

    assert {alarm.kind for alarm in found.told} == {"large_outage", "distress", "unreachable"}
    assert [alarm.area for alarm in found.inhibited] == ["district-71"]


def test_an_outage_that_merges_is_the_same_alarm() -> None:
    merged = Alarm(kind="large_outage", subject="b", opened_at=NOW, names=frozenset({"a", "b"}))

    assert merged.is_same("large_outage/a")
    assert not merged.is_same("large_outage/c")


def test_an_alarm_that_events_cannot_name_is_told_under_a_name_that_they_can() -> None:
    gathering = Gathering("hub", "all")
    found = Alarm(kind="certificate", subject="hub/Unsere CA.pem", opened_at=NOW, area="Hub 1", label="x" * 300)
    gathering.put("certificates", (found, silent(1)))
    made, other = gathering.found(NOW)

    assert (made.name, made.area, len(made.label)) == ("certificate/hub/Unsere_CA.pem", "all", 200)
    assert other == silent(1)
    assert AlarmOpened(made.name, made.severity, made.area, made.label).alarm == made.name
