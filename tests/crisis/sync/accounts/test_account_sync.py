"""Accounts follow the person: made at the hub, good at the boxes where they are granted, also without the hub."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, grants, outbox, passwords, sessions, store
from crisis.accounts.accounts import Origin
from crisis.accounts.factors import badges
from crisis.log import errors
from crisis.model import account_bodies, commands
from crisis.model.account_bodies import AccountCredential, AccountIssued
from crisis.model.commands import Actor
from crisis.model.roles import Role
from crisis.state.rules import Refusal, Why
from crisis.sync.accounts.account_sync import AccountSync
from devices.readings import Mode
from tests.crisis.support.examples import NOW
from tests.crisis.support.lossy_link import linked
from tests.crisis.support.members import enrol
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.accounts.accounts import Account
    from crisis.node import Node

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow

HASTY = {"resend_seconds": 0.05, "heartbeat_seconds": 0.3}
PASSWORD, NEW = "Kerzenlicht im Rathaus", "Laternen am Landwehrkanal"
TERMS = sessions.Terms(timedelta(hours=8), timedelta(hours=24))


class Staffed:
    """A node with its accounts, kept level with its log."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.sync = AccountSync(node)

    def do(self, work: Callable[..., object], *given: object, **more: object) -> object:
        """What the command line does, in its own process."""
        with store.opened(self.node.settings.folder) as found:
            return work(found, *given, **more)

    def find(self, name: str) -> Account | None:
        with store.opened(self.node.settings.folder) as found:
            return accounts.find(found, name)

    def get(self, name: str) -> Account:
        with store.opened(self.node.settings.folder) as found:
            return accounts.get(found, name)

    def knows(self, name: str, password: str) -> bool:
        """Whether somebody signs in with this password now."""
        with store.opened(self.node.settings.folder) as found:
            return passwords.verify(accounts.stored_password(found, name), password)


async def level(*nodes: Staffed) -> None:
    for node in nodes:
        assert await node.sync.settle()


async def until_good(hub: Staffed, box: Staffed, is_good: Callable[[], bool]) -> None:
    """Until the box has heard of what was done at the hub."""

    async def has_come() -> bool:
        await level(hub, box)
        return is_good()

    for _ in range(200):
        if await has_come():
            return
        await until(lambda: all(not peer.waiting for peer in hub.node.peers.values()))
    raise AssertionError("the box never heard of it")


@pytest.fixture
async def hub(open_node: OpenNode) -> AsyncIterator[Staffed]:
    async with open_node("hub", **HASTY) as made:
        staffed = Staffed(made)
        yield staffed
        staffed.sync.close()


@pytest.fixture
async def box(open_node: OpenNode, hub: Staffed) -> AsyncIterator[Staffed]:
    async with open_node("71-01", is_hub=False, **HASTY) as made:
        await enrol(hub.node, made, ("district-71",))
        staffed = Staffed(made)
        yield staffed
        staffed.sync.close()


async def test_what_is_done_to_a_hub_s_accounts_becomes_events_once_each(hub: Staffed) -> None:
    hub.do(accounts.add, "anna", Role.OPERATOR, None, NOW, areas=("district-71",), by="finn")
    hub.do(accounts.set_role, "anna", Role.VIEWER, "finn")
    hub.do(sessions.add_token, "anna", "wall", NOW, None)
    hub.do(grants.grant, "anna", ["65-02"], NOW)
    hub.do(grants.revoke, "anna", ["district-71"])
    hub.do(accounts.set_enabled, "anna", is_enabled=False)
    hub.do(accounts.set_enabled, "anna", is_enabled=True)

    for _ in range(3):
        await level(hub)

    found = [entry.event for entry in reversed(await hub.node.history()) if "account" in entry.event.kind]
    assert [(event.actor, event.body) for event in found] == [
        ("finn", AccountIssued("anna", Role.OPERATOR, ("district-71",))),
        ("finn", account_bodies.AccountChanged("anna", "role", Role.VIEWER)),
        ("command line", account_bodies.AccountChanged("anna", "token_made", detail="wall")),
        ("command line", account_bodies.AccountGranted("anna", ("65-02",))),
        ("command line", account_bodies.AccountRevoked("anna", ("district-71",))),
        ("command line", account_bodies.AccountDisabled("anna")),
        ("command line", account_bodies.AccountEnabled("anna")),
    ]
    assert hub.do(outbox.pending) == ()
    assert hub.do(lambda found: found.meta("role")) == "hub"


async def test_a_crash_between_log_and_file_writes_nothing_twice(hub: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.do(accounts.add, "anna", Role.OPERATOR, None, NOW)
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "delete", _unwritable)
        assert not await hub.sync.settle()

    await level(hub)

    assert [entry.event.kind for entry in await hub.node.history()].count("account_issued") == 1


def _unwritable(*_: object) -> None:
    raise errors.Unwritable("the disk takes nothing")


async def test_accounts_of_before_the_upgrade_are_issued_with_what_they_are(hub: Staffed) -> None:
    hub.do(accounts.add, "anna", Role.OPERATOR, None, NOW)
    hub.do(accounts.add, "bert", Role.VIEWER, None, NOW)
    hub.do(accounts.set_enabled, "bert", is_enabled=False)
    hub.do(lambda found: found.run("DELETE FROM outbox"))  # an older program wrote none

    await level(hub)

    found = {account.name: account for account in hub.node.state.accounts()}
    assert {name: (account.role, account.is_enabled) for name, account in found.items()} == {
        "anna": (Role.OPERATOR, True),
        "bert": (Role.VIEWER, False),
    }
    assert {hand.actor for account in found.values() for hand in account.hands} == {"command line"}


async def test_an_account_is_good_at_the_boxes_where_it_is_granted_also_when_the_hub_is_gone(
    hub: Staffed, box: Staffed
) -> None:
    async with linked(hub.node, box.node, loss=0.2):
        hub.do(accounts.add, "anna", Role.OPERATOR, PASSWORD, NOW, areas=("district-71",))
        hub.do(accounts.add, "bert", Role.OPERATOR, PASSWORD, NOW, areas=("district-65",))
        await until_good(hub, box, lambda: box.knows("anna", PASSWORD))
        await level(hub)

    found = box.find("anna")
    assert found is not None
    assert (found.origin, found.role, found.granted_at is not None) == (Origin.HUB, Role.OPERATOR, True)
    assert box.find("bert") is None
    assert box.node.state.account("bert") is None, "a box hears nothing of accounts that are not for it"
    sent = hub.do(grants.sent)
    assert isinstance(sent, dict)
    assert [each.box for each in sent["anna"]] == ["71-01"]


async def test_a_later_grant_brings_the_account_and_a_revocation_takes_it_and_its_sessions(
    hub: Staffed, box: Staffed
) -> None:
    async with linked(hub.node, box.node):
        hub.do(accounts.add, "anna", Role.OPERATOR, PASSWORD, NOW)
        await level(hub, box)
        hub.do(grants.grant, "anna", ["71-01"], NOW)
        await until_good(hub, box, lambda: box.knows("anna", PASSWORD))
        secret = box.do(sessions.begin, "anna", box.node.now(), TERMS)
        hub.do(grants.revoke, "anna", ["71-01"])
        await until_good(hub, box, lambda: not box.knows("anna", PASSWORD))

    found = box.find("anna")
    assert found is not None
    assert (found.is_enabled, found.granted_at) == (False, None)
    assert box.do(sessions.find, secret, box.node.now(), TERMS) is None
    assert box.do(lambda file: file.rows("SELECT password FROM account WHERE name = 'anna'")) == [(None,)]


async def test_a_new_password_a_new_role_and_disabling_reach_the_box_and_end_what_was_open(
    hub: Staffed, box: Staffed
) -> None:
    async with linked(hub.node, box.node):
        hub.do(accounts.add, "anna", Role.OPERATOR, PASSWORD, NOW, areas=("all",))
        await until_good(hub, box, lambda: box.knows("anna", PASSWORD))

        changes: list[tuple[Callable[[], object], Callable[[Account], bool]]] = [
            (lambda: hub.do(accounts.set_password, "anna", NEW, NOW), lambda _: box.knows("anna", NEW)),
            (lambda: hub.do(accounts.set_role, "anna", Role.VIEWER), lambda anna: anna.role is Role.VIEWER),
            (lambda: hub.do(accounts.set_enabled, "anna", is_enabled=False), lambda anna: not anna.is_enabled),
        ]
        for change, has_come in changes:
            secret = box.do(sessions.begin, "anna", box.node.now(), TERMS)
            token = box.do(sessions.add_token, "anna", "wall", NOW, None)
            ended = box.do(accounts.ended)
            change()
            await until_good(hub, box, lambda: has_come(box.get("anna")))  # noqa: B023 -- it is called in this round
            assert box.do(sessions.find, secret, box.node.now(), TERMS) is None
            assert box.do(sessions.bearer, token, NOW) is None
            assert box.do(accounts.ended) != ended

        hub.do(accounts.set_enabled, "anna", is_enabled=True)
        await until_good(hub, box, lambda: box.knows("anna", NEW))

    assert not box.knows("anna", PASSWORD)


async def test_the_hub_s_password_wins_over_that_of_a_box_s_own_account_once_it_is_granted(
    hub: Staffed, box: Staffed
) -> None:
    box.do(accounts.add, "anna", Role.VIEWER, PASSWORD, NOW)
    async with linked(hub.node, box.node):
        hub.do(accounts.add, "anna", Role.OPERATOR, NEW, NOW)
        await level(hub, box)
        before = box.knows("anna", PASSWORD)
        hub.do(grants.grant, "anna", ["district-71"], NOW)
        await until_good(hub, box, lambda: box.knows("anna", NEW))
        hub.do(grants.revoke, "anna", ["district-71"])
        await until_good(hub, box, lambda: not box.knows("anna", NEW))

    assert before, "an account of today signs in until the hub issues its own"
    assert not box.knows("anna", PASSWORD), "what the hub took back does not come back as it was"


async def test_no_password_and_no_hash_is_in_any_log_history_or_frame(hub: Staffed, box: Staffed) -> None:
    async with linked(hub.node, box.node) as (down, up):
        hub.do(accounts.add, "anna", Role.OPERATOR, PASSWORD, NOW, areas=("district-71",))
        await until_good(hub, box, lambda: box.knows("anna", PASSWORD))
        frames = b"".join(payload for end in (down, up) for payload in end.sent)

    logged = [record.encoded.body for node in (hub, box) for record in await node.node.log.after(0, 1_000)]
    everything = json.dumps(logged) + frames.decode(errors="replace")
    assert "argon2" not in everything
    assert PASSWORD not in everything
    assert [event for event in logged if '"sealed"' in event], "it is sealed, and there"


async def test_only_the_box_itself_reads_what_is_sealed_for_it(hub: Staffed, box: Staffed, open_node: OpenNode) -> None:
    async with open_node("71-02", is_hub=False, **HASTY) as other:
        await enrol(hub.node, other, ("district-71",))
        neighbour = Staffed(other)
        hub.do(accounts.add, "anna", Role.OPERATOR, PASSWORD, NOW, areas=("71-01",))
        async with linked(hub.node, box.node), linked(hub.node, other):
            await until_good(hub, box, lambda: box.knows("anna", PASSWORD))
            await level(neighbour)
        credential = box.node.state.credential("anna", "71-01")
        assert credential is not None
        assert isinstance(credential.body, AccountCredential)
        kept = [record.encoded.kind for record in await other.log.after(0, 1_000)]
        stolen = dataclasses.replace(credential.body, box="71-02")
        await other.record(AccountIssued("anna", Role.OPERATOR, ("71-02",)), "hub")
        await other.record(stolen, "hub")
        await level(neighbour)
        neighbour.sync.close()

    assert not [kind for kind in kept if kind.startswith("account_")]
    assert neighbour.find("anna") is None


async def test_a_box_says_what_it_did_with_its_own_accounts_and_changes_none_of_the_hub_s(
    hub: Staffed, box: Staffed
) -> None:
    box.do(accounts.add, "lotte", Role.VIEWER, None, NOW)
    async with linked(hub.node, box.node):
        hub.do(accounts.add, "anna", Role.OPERATOR, PASSWORD, NOW, areas=("all",))
        await until_good(hub, box, lambda: box.knows("anna", PASSWORD))
        for work, given in (
            (accounts.set_password, (NEW, NOW)),
            (accounts.set_role, (Role.ADMIN,)),
            (grants.grant, (["all"], NOW)),
        ):
            with pytest.raises(accounts.AccountError, match="changed at the hub"):
                box.do(work, "anna", *given)
        await level(box)
        await until(lambda: all(not peer.waiting for peer in box.node.peers.values()))

    assert not hub.node.held
    at_hub = [entry.event for entry in await hub.node.history()]
    made = account_bodies.LocalAccountChanged("lotte", "made", Role.VIEWER)
    assert [(event.node, event.actor) for event in at_hub if event.body == made] == [("71-01", "command line")]
    assert hub.node.state.account("lotte") is None


async def test_a_decision_of_two_people_knows_what_was_done_to_accounts_a_moment_ago(hub: Staffed) -> None:
    hub.do(accounts.add, "anna", Role.OPERATOR, None, NOW)
    await level(hub)
    hub.do(accounts.add, "bert", Role.OPERATOR, None, NOW, by="anna")

    made = await hub.node.act(commands.ProposeMode("all", "Stromausfall"), Actor("anna", Role.OPERATOR))
    assert not isinstance(made, Refusal)
    refused = await hub.node.act(commands.ConfirmMode(made[0].id), Actor("bert", Role.OPERATOR))

    assert isinstance(refused, Refusal)
    assert (refused.why, refused.detail) == (Why.MADE_BY_OTHER, "bert")
    assert hub.node.state.mode_at("71-01").mode is Mode.NORMAL


async def test_a_box_knows_who_made_the_account_of_whoever_proposes_elsewhere(
    hub: Staffed, box: Staffed, open_node: OpenNode
) -> None:
    async with open_node("71-02", is_hub=False, **HASTY) as other:
        await enrol(hub.node, other, ("district-71",))
        hub.do(accounts.add, "anna", Role.OPERATOR, PASSWORD, NOW, areas=("71-01",))
        hub.do(accounts.add, "bert", Role.OPERATOR, None, NOW, areas=("71-02",), by="anna")
        async with linked(hub.node, box.node), linked(hub.node, other):
            await until_good(hub, box, lambda: box.find("anna") is not None)
            proposal = commands.ProposeMode("district-71", "Stromausfall")
            made = await other.act(proposal, Actor("bert", Role.OPERATOR))
            assert not isinstance(made, Refusal)

            await until(lambda: box.node.state.area_mode("district-71") is not None)
            refused = await box.node.act(commands.ConfirmMode(made[0].id), Actor("anna", Role.OPERATOR))

    assert isinstance(refused, Refusal)
    assert (refused.why, refused.detail) == (Why.MADE_BY_OTHER, "bert")
    assert box.find("bert") is None, "it is granted at the other box alone"


async def test_an_account_file_that_was_lost_at_the_hub_is_told_and_a_new_one_is_taken_over(
    hub: Staffed, box: Staffed, caplog: pytest.LogCaptureFixture
) -> None:
    async with linked(hub.node, box.node):
        hub.do(accounts.add, "anna", Role.OPERATOR, PASSWORD, NOW, areas=("all",))
        await until_good(hub, box, lambda: box.knows("anna", PASSWORD))
        hub.sync.close()
        for path in hub.node.settings.folder.glob(f"{store.FILE}*"):
            path.unlink()
        hub.sync = AccountSync(hub.node)
        await level(hub)
        still = box.knows("anna", PASSWORD)
        hub.do(accounts.add, "anna", Role.VIEWER, NEW, NOW, areas=("all",))
        await until_good(hub, box, lambda: box.knows("anna", NEW))

    assert still, "nobody is locked out because the hub lost a file"
    assert "anna" in str([record.__dict__.get("accounts") for record in caplog.records])


async def test_a_badge_travels_with_its_account_and_is_revoked_at_the_box_as_well(hub: Staffed, box: Staffed) -> None:
    hub.do(accounts.add, "anna", Role.OPERATOR, None, NOW, areas=("district-71",))
    with store.opened(hub.node.settings.folder) as found:
        badge, code = badges.make(found, "anna", "finn", NOW)

    def held() -> tuple[bool, ...]:
        with store.opened(box.node.settings.folder) as found:
            return tuple(each.is_good for each in badges.of(found, "anna"))

    async with linked(hub.node, box.node):
        await until_good(hub, box, lambda: held() == (True,))
        entry = box.do(badges.use, code, "", NOW)
        events = [json.dumps(dataclasses.asdict(each.event.body), default=str) for each in await box.node.history()]
        hub.do(badges.revoke, badge.serial, "finn", NOW)
        await until_good(hub, box, lambda: held() == (False,))

    assert isinstance(entry, badges.Entry)
    assert entry.account == "anna"
    assert not any(secret in " ".join(events) for secret in (code, badge.id.hex(), entry.device))
    with pytest.raises(badges.BadgeRefusedError):
        box.do(badges.use, code, entry.device, NOW)
