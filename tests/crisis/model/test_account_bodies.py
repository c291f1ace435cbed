"""Bodies of events about accounts."""

from __future__ import annotations

import dataclasses
import json

import pytest
from pydantic import ValidationError

from crisis.model import account_bodies, events, subjects
from crisis.model.account_bodies import CONFIDENTIAL, HUB_ONLY, KINDS, AccountCredential, AccountIssued
from crisis.model.roles import Role
from crisis.sync import archive
from crisis.trust import rights
from tests.crisis.support.examples import event


def test_what_only_the_hub_may_write_is_what_other_nodes_hold_back_from_a_box() -> None:
    assert {kind for kind in KINDS if rights.is_hubs_own(kind)} == HUB_ONLY


def test_every_kind_is_about_an_account_or_stands_in_the_history_alone() -> None:
    for kind, body in KINDS.items():
        is_history = body in subjects.HISTORY_ONLY
        assert is_history is (kind not in HUB_ONLY)


def test_no_body_has_a_field_for_a_password_and_the_sealed_one_is_confidential() -> None:
    fields = {field.name for body in KINDS.values() for field in dataclasses.fields(body)}

    assert not {name for name in fields if "password" in name or "hash" in name}
    assert CONFIDENTIAL == {"account_credential": "sealed"}


def test_the_copy_in_the_database_has_nothing_that_is_sealed() -> None:
    sealed = events.encode(event(AccountCredential("anna", "71-01", "c2VhbGVk"), actor="hub"))
    issued = events.encode(event(AccountIssued("anna", Role.VIEWER, ("all",))))

    assert json.loads(archive._public(sealed)) == {"account": "anna", "box": "71-01", "v": 1}
    assert archive._public(issued) == issued.body


def test_a_body_comes_back_as_it_was_written() -> None:
    for body in (
        AccountIssued("anna", Role.ADMIN, ("all", "71-01")),
        account_bodies.AccountChanged("anna", "role", Role.VIEWER),
        account_bodies.SignInsRefused("", 12, 60),
    ):
        assert events.decode(events.encode(event(body))).body == body


def test_an_account_is_not_granted_to_what_is_no_area() -> None:
    with pytest.raises(ValidationError):
        account_bodies.AccountGranted("anna", ("Steglitz!",))
