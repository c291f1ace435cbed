"""What is done to accounts as events, and what a hub's log lacks about them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from crisis.accounts import outbox
from crisis.accounts.accounts import Account
from crisis.accounts.outbox import Change
from crisis.model import account_bodies
from crisis.model.roles import Role
from crisis.state.state import State
from crisis.sync.accounts import account_events
from tests.crisis.support.examples import NOW, event


def change(what: str, **detail: Any) -> Change:
    return Change(1, uuid4(), "finn", what, "anna", detail)


@pytest.mark.parametrize(
    ("made", "at_hub", "at_box"),
    [
        (
            change(outbox.MADE, role="viewer", areas=["all"]),
            account_bodies.AccountIssued("anna", Role.VIEWER, ("all",)),
            account_bodies.LocalAccountChanged("anna", "made", Role.VIEWER),
        ),
        (
            change(outbox.DISABLED),
            account_bodies.AccountDisabled("anna"),
            account_bodies.LocalAccountChanged("anna", "disabled"),
        ),
        (
            change(outbox.ROLE, role="admin"),
            account_bodies.AccountChanged("anna", "role", Role.ADMIN),
            account_bodies.LocalAccountChanged("anna", "role", Role.ADMIN),
        ),
        (
            change("badge_made", detail="7KQ2"),
            account_bodies.AccountChanged("anna", "badge_made", detail="7KQ2"),
            account_bodies.LocalAccountChanged("anna", "badge_made", detail="7KQ2"),
        ),
        (change(outbox.SIGNED_OUT), account_bodies.SignedOut("anna"), account_bodies.SignedOut("anna")),
        (
            change(outbox.REFUSED, count=3, seconds=10),
            account_bodies.SignInsRefused("anna", 3, 10),
            account_bodies.SignInsRefused("anna", 3, 10),
        ),
    ],
)
def test_a_change_is_an_event_of_the_hub_s_or_of_the_box_s_own_account(
    made: Change, at_hub: account_bodies.AccountBody, at_box: account_bodies.AccountBody
) -> None:
    assert account_events.body_of(made, is_hub=True) == at_hub
    assert account_events.body_of(made, is_hub=False) == at_box


@pytest.mark.parametrize("wrong", [change(outbox.MADE), change(outbox.ROLE, role="king"), change(outbox.REFUSED)])
def test_what_no_function_notes_is_no_event(wrong: Change) -> None:
    with pytest.raises((ValueError, KeyError)):
        account_events.body_of(wrong, is_hub=True)


def test_a_log_that_says_what_the_file_says_lacks_nothing_and_one_that_differs_is_corrected() -> None:
    state = State()
    anna = Account("anna", Role.VIEWER, False, NOW, None, None)

    for areas in (("all",), ("all",), ("71-01",)):
        bodies = account_events.missing(anna, areas, state.account("anna"))
        for body in bodies:
            state.apply(event(body))
        assert account_events.missing(anna, areas, state.account("anna")) == []

    known = state.account("anna")
    assert known is not None
    assert (known.role, known.is_enabled, set(known.areas)) == (Role.VIEWER, False, {"71-01"})
    promoted = account_events.missing(Account("anna", Role.ADMIN, True, NOW, None, None), ("71-01",), known)
    assert promoted == [
        account_bodies.AccountChanged("anna", "role", Role.ADMIN),
        account_bodies.AccountEnabled("anna"),
    ]
