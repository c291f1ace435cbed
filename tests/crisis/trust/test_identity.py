"""Who a node is: across restarts, while it joins, and when its key is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.trust import certificates, identity, sealed_box
from crisis.trust.identity import Hub, Identity
from crisis.trust.keys import SigningKey
from tests.crisis.support.log_jobs import encoded

if TYPE_CHECKING:
    from pathlib import Path

HUB = SigningKey(b"h" * 32)


def certificate_for(box: Identity, name: str = "71-01", key: SigningKey = HUB, at_ms: int = 1) -> str:
    assert box.key is not None
    made = certificates.for_box(name, ("district-71",), box.key.public, sealed_box.public_of(box.key), at_ms)
    return certificates.issue(made, key)


@pytest.fixture
def box(tmp_path: Path) -> Identity:
    """A box that took a bundle."""
    made = Identity(tmp_path, "71-01", is_hub=False)
    made.join(Hub("hub", HUB.public), b"secret")
    return made


def test_a_hub_has_a_key_at_its_first_start_and_keeps_it(tmp_path: Path) -> None:
    first = Identity(tmp_path, "hub", is_hub=True).root

    assert first is not None
    assert Identity(tmp_path, "hub", is_hub=True).root == first
    assert (tmp_path / "trust").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "trust" / "node.key").stat().st_mode & 0o777 == 0o600


def test_what_a_hub_writes_is_signed(tmp_path: Path) -> None:
    own = Identity(tmp_path, "hub", is_hub=True)
    assert own.root is not None

    assert own.sign(encoded()).serial == own.root.serial


def test_a_hub_that_lost_its_key_makes_no_other_one_by_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = Identity(tmp_path, "hub", is_hub=True).root
    (tmp_path / "trust" / "node.key").unlink()

    own = Identity(tmp_path, "hub", is_hub=True)

    assert own.key is None
    assert own.root == root  # it still knows its members
    assert own.sign(encoded()).serial is None
    assert "THIS NODE HAS NO KEY" in caplog.text
    assert not (tmp_path / "trust" / "node.key").exists()


def test_a_hub_with_another_key_does_not_sign_with_that(tmp_path: Path) -> None:
    assert Identity(tmp_path, "hub", is_hub=True).key is not None
    (tmp_path / "trust" / "node.key").unlink()
    Identity(tmp_path / "other", "hub", is_hub=True).key  # noqa: B018 -- makes it
    (tmp_path / "other" / "trust" / "node.key").rename(tmp_path / "trust" / "node.key")

    assert Identity(tmp_path, "hub", is_hub=True).key is None


def test_people_give_a_hub_another_key(tmp_path: Path) -> None:
    own = Identity(tmp_path, "hub", is_hub=True)
    before = own.root

    identity.renew(own)

    after = Identity(tmp_path, "hub", is_hub=True).root
    assert after is not None
    assert after != before
    assert len(list((tmp_path / "trust").glob("node.key.before-*"))) == 1


def test_a_box_signs_nothing_until_it_has_a_certificate(box: Identity) -> None:
    before = box.sign(encoded())

    assert box.is_joining
    assert before.serial is None
    assert box.accept(certificate_for(box))
    assert box.certificate is not None
    assert box.sign(encoded()).serial == box.certificate.serial
    assert not box.is_joining


def test_a_certificate_outlives_a_restart(box: Identity, tmp_path: Path) -> None:
    box.accept(certificate_for(box))

    again = Identity(tmp_path, "71-01", is_hub=False)

    assert again.certificate == box.certificate
    assert again.root == certificates.root("hub", HUB.public)


def test_somebody_else_s_certificate_is_not_taken(box: Identity, tmp_path: Path) -> None:
    other = Identity(tmp_path / "other", "71-01", is_hub=False)

    assert not box.accept(certificate_for(box, name="71-02"))
    assert not box.accept(certificate_for(box, key=SigningKey(b"x" * 32)))
    assert not box.accept(certificate_for(other))
    assert not box.accept("rubbish")
    assert box.certificate is None


def test_an_older_certificate_does_not_replace_a_newer_one(box: Identity) -> None:
    box.accept(certificate_for(box, at_ms=5))
    newest = box.certificate

    assert not box.accept(certificate_for(box, at_ms=4))
    assert box.certificate == newest


def test_a_running_node_sees_what_a_command_wrote(tmp_path: Path) -> None:
    running = Identity(tmp_path, "71-01", is_hub=False)
    assert not running.refresh()

    Identity(tmp_path, "71-01", is_hub=False).join(Hub("hub", HUB.public), b"secret")

    assert running.refresh()
    assert running.is_joining
    assert not running.refresh()


def test_a_proof_is_for_one_name_and_one_key(box: Identity) -> None:
    assert box.key is not None
    assert box.proof() == identity.proof(b"secret", "71-01", box.key.public)
    assert box.proof() != identity.proof(b"secret", "71-02", box.key.public)
    assert box.proof() != identity.proof(b"secret", "71-01", HUB.public)
    assert box.proof() != identity.proof(b"other", "71-01", box.key.public)


def test_a_damaged_file_is_as_none_and_the_log_says_so(
    box: Identity, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (box.folder / "hub.json").write_text("{")

    assert Identity(tmp_path, "71-01", is_hub=False).hub is None
    assert "cannot be read" in caplog.text


def test_a_box_on_a_disk_that_takes_nothing_runs_without_a_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "trust").write_text("a file where the folder should be")

    assert Identity(tmp_path, "71-01", is_hub=False).key is None
    assert "THIS NODE HAS NO KEY" in caplog.text
