"""Certificates: what the hub signed, and nothing else; their dates silence nobody."""

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import timedelta

import pytest

from crisis.model import event_bodies
from crisis.trust import certificates, sealed_box
from crisis.trust.certificates import InvalidCertificateError
from crisis.trust.keys import SigningKey
from tests.crisis.support.examples import NOW

HUB, BOX = SigningKey(b"h" * 32), SigningKey(b"b" * 32)
NOW_MS = event_bodies.milliseconds(NOW)
MADE = certificates.for_box("71-01", ("district-71", "71-01"), BOX.public, sealed_box.public_of(BOX), NOW_MS)


def test_a_certificate_is_read_as_it_was_issued() -> None:
    assert certificates.read(certificates.issue(MADE, HUB), HUB.public) == MADE


def test_serials_cannot_be_guessed_and_never_come_twice() -> None:
    serials = {certificates.for_box("71-01", (), BOX.public, BOX.public, 0).serial for _ in range(100)}

    assert len(serials) == 100


def test_the_hub_s_own_follows_from_its_name_and_key() -> None:
    root = certificates.root("hub", HUB.public)

    assert root.is_hub
    assert root == certificates.root("hub", HUB.public)
    assert root.serial != certificates.root("hub", BOX.public).serial


@pytest.mark.parametrize("at", range(0, 400, 13))
def test_no_character_can_be_changed(at: int) -> None:
    text = certificates.issue(MADE, HUB)
    at %= len(text)
    changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]

    with pytest.raises(InvalidCertificateError):
        certificates.read(changed, HUB.public)


@pytest.mark.parametrize("text", ["", ".", "x", "x.y", "x" * 10_000, "äöü.x"])
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(InvalidCertificateError):
        certificates.read(text, HUB.public)


def test_another_hub_s_certificate_is_refused() -> None:
    with pytest.raises(InvalidCertificateError, match="this hub did not sign it"):
        certificates.read(certificates.issue(MADE, BOX), HUB.public)


@pytest.mark.parametrize(
    "change",
    [{"role": "hub"}, {"node": "Box!"}, {"key": b"short"}, {"serial": 0}, {"serial": 2**48}, {"sealing": b""}],
)
def test_not_even_the_hub_can_sign_nonsense(change: dict[str, object]) -> None:
    text = certificates.issue(dataclasses.replace(MADE, **change), HUB)  # type: ignore[arg-type]  # the wrong types are the point

    with pytest.raises(InvalidCertificateError, match="its content"):
        certificates.read(text, HUB.public)


def test_it_is_due_four_months_before_its_end_and_reads_as_well_ten_years_later() -> None:
    text = certificates.issue(MADE, HUB)

    assert not MADE.is_due(event_bodies.milliseconds(NOW + timedelta(days=244)))
    assert MADE.is_due(event_bodies.milliseconds(NOW + timedelta(days=246)))
    assert certificates.read(text, HUB.public).until_ms < event_bodies.milliseconds(NOW + timedelta(days=3650))


def test_a_signature_under_something_else_is_none_under_a_certificate() -> None:
    payload = base64.urlsafe_b64encode(json.dumps({"node": "71-01"}).encode()).decode().rstrip("=")
    signature = base64.urlsafe_b64encode(HUB.sign(base64.urlsafe_b64decode(payload + "=="))).decode().rstrip("=")

    with pytest.raises(InvalidCertificateError, match="did not sign"):
        certificates.read(f"{payload}.{signature}", HUB.public)
