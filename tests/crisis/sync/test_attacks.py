"""What was tried on the running system, and must fail: a stolen box can lie about itself and nothing else.

Each attack is a frame at a hub that has two boxes, or at a box. Whatever it is, the next honest call gets through.
"""

from __future__ import annotations

import dataclasses
import json
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from crisis.model import commands, contents, events
from crisis.model.event_bodies import (
    DistressClosed,
    DistressReceived,
    DistressTaken,
    ModeSeen,
    ModeSet,
    NodeCertified,
    NodeRevoked,
    NoticePublished,
    NoticeWithdrawn,
    PowerSeen,
    ReportReceived,
    TimeCorrected,
)
from crisis.sync import acceptance, frames
from crisis.sync.exchange import Exchange
from crisis.sync.protocol import Have
from crisis.trust import certificates, sealed_box, signatures
from crisis.trust.keys import SigningKey
from devices.readings import Mode
from kiezbox import metrics
from tests.crisis.support import peer
from tests.crisis.support.examples import ANNA, event, notice
from tests.crisis.support.lossy_link import End

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.model.event_bodies import Body
    from crisis.model.events import EncodedEvent
    from crisis.node import Node
    from tests.crisis.conftest import Wall

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

THIEF = SigningKey(b"t" * 32)
ELSEWHERE = SigningKey(b"e" * 32)
AREAS = ("district-71",)


class Hub:
    """A hub with two boxes: the stolen 71-01, and 72-01. `send` is what comes in at a topic."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.here = End(random.Random(1), 0.0)
        self.here.other = End(random.Random(1), 0.0)
        self.exchange = Exchange(node, self.here)
        self.stolen = peer.certify(node, "71-01", AREAS, peer.BOX_KEY)
        self.other = peer.certify(node, "72-01", ("district-72",), ELSEWHERE)

    def event(self, body: Body, *, node: str = "71-01", at: datetime | None = None) -> EncodedEvent:
        """An event as a box writes it, without a signature."""
        made = event(body, node=node, actor="anna")
        return events.encode(dataclasses.replace(made, at=at or self.node.now()))

    def signed(self, body: Body, **more: Any) -> EncodedEvent:
        """The same, signed with the key of the stolen box."""
        return signatures.signed(self.event(body, **more), peer.BOX_KEY, self.stolen.serial)

    async def send(
        self, *sent: EncodedEvent, name: str = "71-01", key: SigningKey | None = peer.BOX_KEY, **fields: Any
    ) -> None:
        """A frame with these events arrives at the topic of a box."""
        frame = peer.frame(self.node, "71-01", **{"node": name, **fields})
        await self.exchange.handle(name, frames.encode(frame, [frames.event_json(each) for each in sent], key))

    def reasons(self) -> set[str]:
        """Why something is held back."""
        return {held.reason for held in self.node.held.values()}

    def rejected(self) -> str:
        """Why the last frame was rejected, as its sender is told."""
        found: str = json.loads(self.here.sent[-1])["reject"]
        return found

    async def hears_a_call(self) -> bool:
        """Whether an honest call of the other box gets through."""
        call = self.event(DistressReceived(text="ehrlich", box="72-01"), node="72-01")
        good = signatures.signed(call, ELSEWHERE, self.other.serial)
        frame = peer.frame(self.node, "72-01", serial=self.other.serial, log=uuid4())
        await self.exchange.handle("72-01", frames.encode(frame, [frames.event_json(good)], ELSEWHERE))
        return call.id in {found.id for found in self.node.state.open_distresses()}


@pytest.fixture
async def hub(node: Node) -> Hub:
    await node.act(commands.PutNotice(NOTICE, notice("Wasser abkochen")), ANNA)
    await node.keep(event(DistressReceived(text="in 72", box="72-01"), name=CALL))
    return Hub(node)


NOTICE, CALL = UUID(int=1), UUID(int=2)
FORGED: dict[str, tuple[Body, str]] = {
    "an emergency in the whole city": (ModeSet("all", Mode.EMERGENCY), "not_its_area"),
    "an emergency in another district": (ModeSet("district-72", Mode.EMERGENCY), "not_its_area"),
    "an emergency at another box": (ModeSet("72-01", Mode.EMERGENCY), "not_its_area"),
    "a notice for the city": (NoticePublished(uuid4(), contents.fields_of(notice("Evakuieren!"))), "not_its_area"),
    "a change of the city's notice": (NoticePublished(NOTICE, {"area": "district-71"}), "not_its_area"),
    "the end of the city's notice": (NoticeWithdrawn(NOTICE), "not_its_area"),
    "the end of a call elsewhere": (DistressClosed(CALL, "erledigt"), "not_its_area"),
    "the end of a call that is still to come": (DistressClosed(uuid4(), "erledigt"), "unknown_subject"),
    "a call in another box's name": (DistressReceived(text="falsch", box="72-01"), "foreign"),
    "a time of the year 9999": (TimeCorrected(CALL, datetime(9999, 12, 31, tzinfo=UTC)), "not_its_kind"),
    "what another box shows": (ModeSeen("72-01", Mode.EMERGENCY, datetime(2026, 1, 1, tzinfo=UTC)), "not_its_kind"),
    "that another box has no power": (PowerSeen("71-02", False, datetime(2026, 1, 1, tzinfo=UTC)), "foreign"),
    "a certificate": (NodeCertified("73-01", "x.y"), "not_its_kind"),
    "a revocation": (NodeRevoked("72-01", (1,)), "not_its_kind"),
}


@pytest.mark.parametrize("attack", FORGED)
async def test_a_stolen_box_cannot_write(hub: Hub, attack: str) -> None:
    body, why = FORGED[attack]
    before, version = hub.node.log.head, hub.node.state.version

    await hub.send(hub.signed(body))

    assert hub.reasons() == {why}
    assert (hub.node.log.head, hub.node.state.version) == (before, version)
    assert await hub.hears_a_call()


@pytest.mark.parametrize("attack", FORGED)
async def test_a_stolen_box_cannot_write_in_the_hub_s_name_either(hub: Hub, attack: str) -> None:
    body, _ = FORGED[attack]
    own = hub.node.identity.certificate
    assert own is not None
    before = hub.node.log.head
    as_hub = hub.event(body, node="hub")

    await hub.send(
        signatures.signed(as_hub, peer.BOX_KEY, hub.stolen.serial),
        signatures.signed(dataclasses.replace(as_hub, id=uuid4()), peer.BOX_KEY, own.serial),
        dataclasses.replace(as_hub, id=uuid4()),
    )

    assert hub.reasons() == {"foreign", "bad_signature", "unsigned"}
    assert hub.node.log.head == before
    assert await hub.hears_a_call()


async def test_a_stolen_box_can_lie_about_itself(hub: Hub) -> None:
    await hub.send(
        hub.signed(ModeSet("71-01", Mode.EMERGENCY)),
        hub.signed(ReportReceived(text="Lüge")),
        hub.signed(NoticePublished(uuid4(), contents.fields_of(notice("hier", area="district-71")))),
    )

    assert hub.node.state.mode_at("71-01").mode is Mode.EMERGENCY
    assert hub.node.state.mode_at("72-01").mode is Mode.NORMAL
    assert len(hub.node.state.notices()) == 2
    assert hub.node.held == {}


async def test_an_event_with_a_flipped_byte_is_held_back_and_the_rest_of_its_frame_is_taken(hub: Hub) -> None:
    good, other = hub.signed(DistressReceived(text="Rauch")), hub.signed(DistressReceived(text="Feuer"))
    flipped = dataclasses.replace(other, body=other.body.replace("Feuer", "Feuar"))

    await hub.send(good, flipped)

    assert [call.call.text for call in hub.node.state.open_distresses() if call.call.box is None] == ["Rauch"]
    assert hub.reasons() == {"bad_signature"}


@pytest.mark.parametrize("levels", [33, 200, 940])
async def test_an_event_of_many_levels_is_not_kept_and_the_rest_of_its_frame_is_taken(hub: Hub, levels: int) -> None:
    """Where it came in it could be read; on a page, where the stack is higher, it could not, for ever."""
    good, other = hub.signed(DistressReceived(text="Rauch")), hub.event(DistressReceived(text="Feuer"))
    body = other.body.replace("{", '{"more":' + "[" * levels + "]" * levels + ",", 1)
    deep = signatures.signed(dataclasses.replace(other, body=body), peer.BOX_KEY, hub.stolen.serial)

    await hub.send(deep, good)

    assert [call.call.text for call in hub.node.state.open_distresses() if call.call.box is None] == ["Rauch"]
    assert await hub.hears_a_call()


async def test_no_byte_of_a_frame_can_be_flipped(hub: Hub) -> None:
    frame = peer.frame(hub.node)
    payload = frames.encode(frame, [frames.event_json(hub.signed(DistressReceived(text="Rauch")))], peer.BOX_KEY)
    before = hub.node.log.head

    for at in range(0, len(payload), 7):
        flipped = payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]
        await hub.exchange.handle("71-01", flipped)

    assert hub.node.log.head == before
    assert "71-01" not in hub.exchange._syncs
    assert await hub.hears_a_call()


async def test_a_frame_that_is_played_back_changes_nothing(hub: Hub) -> None:
    frame = peer.frame(hub.node, after=0, through=1)
    payload = frames.encode(frame, [frames.event_json(hub.signed(DistressReceived(text="Rauch")))], peer.BOX_KEY)
    await hub.exchange.handle("71-01", payload)
    after, version = hub.node.log.head, hub.node.state.version

    for _ in range(5):
        await hub.exchange.handle("71-01", payload)

    assert (hub.node.log.head, hub.node.state.version) == (after, version)


async def test_frames_in_the_wrong_order_lose_nothing(hub: Hub) -> None:
    sent = [hub.signed(DistressReceived(text=str(number))) for number in range(4)]
    payloads = [
        frames.encode(peer.frame(hub.node, after=n, through=n + 1), [frames.event_json(each)], peer.BOX_KEY)
        for n, each in enumerate(sent)
    ]

    for payload in (*reversed(payloads), *payloads, *reversed(payloads)):
        await hub.exchange.handle("71-01", payload)

    texts = [call.call.text for call in hub.node.state.open_distresses() if call.id != CALL]
    assert sorted(texts) == ["0", "1", "2", "3"]


async def test_a_frame_for_another_hub_or_played_back_at_another_topic_is_nobody_s(hub: Hub) -> None:
    before = hub.node.log.head

    await hub.send(hub.signed(DistressReceived(text="x")), to="hub-berlin")
    frame = frames.encode(peer.frame(hub.node), [frames.event_json(hub.signed(DistressReceived()))], peer.BOX_KEY)
    await hub.exchange.handle("72-01", frame)

    assert hub.node.log.head == before
    assert hub.here.sent == []


@pytest.mark.parametrize(
    ("fields", "key", "why"),
    [
        ({}, None, "unsigned"),
        ({}, THIEF, "bad_signature"),
        ({"serial": 12345}, THIEF, "unknown_signer"),
        ({"name": "72-01"}, peer.BOX_KEY, "foreign"),
        ({"name": "99-01", "serial": None}, None, "unknown_node"),
    ],
)
async def test_who_is_not_a_member_is_told_why_and_gets_nothing(
    hub: Hub, fields: dict[str, Any], key: SigningKey | None, why: str
) -> None:
    before = hub.node.log.head

    await hub.send(hub.event(DistressReceived(text="x")), key=key, ask=True, **fields)

    assert hub.rejected() == why
    assert json.loads(hub.here.sent[-1])["events"] == []
    assert hub.node.log.head == before
    assert await hub.hears_a_call()


async def test_a_revoked_box_is_heard_no_longer(hub: Hub) -> None:
    await hub.node.record(NodeRevoked("71-01", (hub.stolen.serial,), "gestohlen"), "hub")
    before = hub.node.log.head

    await hub.send(hub.signed(DistressReceived(text="x")), serial=hub.stolen.serial)

    assert hub.rejected() == "revoked"
    assert hub.node.log.head == before
    assert not hub.exchange._membership.gets_events("71-01")


async def test_an_event_of_a_revoked_box_that_another_box_brings_is_held_back(hub: Hub) -> None:
    await hub.node.record(NodeRevoked("71-01", (hub.stolen.serial,), "gestohlen"), "hub")
    brought = hub.signed(DistressReceived(text="x"))
    frame = peer.frame(hub.node, "72-01", serial=hub.other.serial, log=uuid4())

    await hub.exchange.handle("72-01", frames.encode(frame, [frames.event_json(brought)], ELSEWHERE))

    assert hub.reasons() == {"revoked"}


async def test_a_certificate_that_somebody_else_signed_is_worth_nothing(hub: Hub) -> None:
    made = certificates.for_box("71-01", ("all",), THIEF.public, sealed_box.public_of(THIEF), 0)
    text = certificates.issue(made, THIEF)
    forged = signatures.signed(hub.event(ModeSet("all", Mode.EMERGENCY)), THIEF, made.serial)

    await hub.send(hub.signed(NodeCertified("71-01", text)), forged)

    assert hub.reasons() == {"not_its_kind", "unknown_signer"}
    assert hub.node.directory.find(made.serial) is None


async def test_ten_thousand_unknown_names_grow_nothing(hub: Hub) -> None:
    before = len(hub.exchange._syncs), len(hub.node.peers), hub.node.log.head
    for number in range(10_000):
        name = f"x{number}"
        payload = f'{{"v":1,"node":"{name}","log":"{uuid4()}","now":1,"head":0,"ask":true,"events":[]}}'
        await hub.exchange.handle(name, payload.encode())

    membership: Any = hub.exchange._membership
    assert (len(hub.exchange._syncs), len(hub.node.peers), hub.node.log.head) == before
    assert len(hub.here.sent) < 100  # rejects are rationed
    assert len(membership._answers_to) <= 500
    assert len(membership._shown) + len(membership._logs_before) + len(membership.new_logs) < 10
    assert await hub.hears_a_call()


async def test_a_box_that_says_again_and_again_that_the_hub_was_restored_disturbs_the_others_once(hub: Hub) -> None:
    names = [hub.node.log.id]
    for _ in range(5):
        await hub.send(have=frames.confirmation(Have(hub.node.log.id, 2**62, None)), serial=hub.stolen.serial)
        names.append(hub.node.log.id)

    assert len(set(names)) == 2
    assert await hub.hears_a_call()


async def test_what_is_held_back_does_not_fill_the_disk(hub: Hub) -> None:
    before = metrics.CRISIS_HELD.labels("not_its_area")._value.get()
    for _ in range(7):
        await hub.send(*(hub.signed(ModeSet("all", Mode.EMERGENCY)) for _ in range(100)))

    assert len(hub.node.held) == 500
    assert metrics.CRISIS_HELD.labels("not_its_area")._value.get() == before + 700
    assert await hub.hears_a_call()


# -- clocks ----------------------------------------------------------------------------------------------------------

TIMES = {
    "1970": datetime(1970, 1, 1, tzinfo=UTC),
    "2019": datetime(2019, 12, 31, tzinfo=UTC),
    "in two days": None,
    "9999": datetime(9999, 12, 31, tzinfo=UTC),
}


@pytest.mark.parametrize("when", TIMES)
async def test_a_call_is_shown_at_once_whatever_its_time_and_dated_by_its_arrival(hub: Hub, when: str) -> None:
    at = TIMES[when] or hub.node.now() + timedelta(days=2)

    await hub.send(hub.signed(DistressReceived(text="Rauch"), at=at), hub.signed(ReportReceived(text="x"), at=at))

    (call,) = [found for found in hub.node.state.open_distresses() if found.call.text == "Rauch"]
    assert call.received.is_doubtful
    assert abs(call.received.at - hub.node.now()) < timedelta(minutes=1)
    assert len(hub.node.state.reports()) == 1
    assert hub.node.held == {}


@pytest.mark.parametrize("when", TIMES)
async def test_a_mode_or_notice_of_an_impossible_time_is_held_aside(hub: Hub, when: str) -> None:
    at = TIMES[when] or hub.node.now() + timedelta(days=2)
    before = hub.node.now()

    await hub.send(
        hub.signed(ModeSet("71-01", Mode.EMERGENCY), at=at),
        hub.signed(NoticePublished(uuid4(), contents.fields_of(notice(area="71-01"))), at=at),
    )

    assert hub.reasons() == {"bad_time"}
    assert hub.node.state.mode_at("71-01").mode is Mode.NORMAL
    assert hub.node.now() - before < timedelta(minutes=1)
    assert await hub.hears_a_call()


async def test_a_hub_whose_clock_is_two_years_behind_hides_no_call(open_node: OpenNode, wall: Wall) -> None:
    wall.ahead = -timedelta(days=730)
    now = datetime.now(UTC)
    async with open_node("hub", wall=wall) as node:
        hub = Hub(node)

        await hub.send(
            hub.signed(DistressReceived(text="Rauch"), at=now), hub.signed(ModeSet("71-01", Mode.EMERGENCY), at=now)
        )

        (call,) = node.state.open_distresses()
        assert call.received.is_doubtful
        assert abs(call.received.at - node.now()) < timedelta(minutes=1)
        assert hub.reasons() == {"bad_time"}


async def test_a_mode_that_was_held_aside_counts_once_the_hub_s_clock_is_right(open_node: OpenNode, wall: Wall) -> None:
    wall.ahead = -timedelta(days=730)
    async with open_node("hub", wall=wall) as node:
        hub = Hub(node)
        await hub.send(hub.signed(ModeSet("71-01", Mode.EMERGENCY), at=datetime.now(UTC)))
        before = await acceptance.recheck(node), node.state.mode_at("71-01").mode
        wall.ahead = timedelta()

        after = await acceptance.recheck(node), node.state.mode_at("71-01").mode

        assert (before, after) == ((0, Mode.NORMAL), (1, Mode.EMERGENCY))
        assert node.held == {}


async def test_an_answer_that_came_before_its_call_counts_once_that_is_there(hub: Hub) -> None:
    call = hub.signed(DistressReceived(text="Rauch"))
    await hub.send(hub.signed(DistressTaken(call.id, "unterwegs")))
    before = hub.reasons()

    await hub.send(call)
    await acceptance.recheck(hub.node)

    found = hub.node.state.distress(call.id)
    assert before == {"unknown_subject"}
    assert found is not None
    assert [step.text for step in found.taken] == ["unterwegs"]


async def test_a_box_with_a_stopped_clock_shows_what_its_hub_says(open_node: OpenNode, wall: Wall) -> None:
    wall.ahead = datetime(1970, 1, 2, tzinfo=UTC) - datetime.now(UTC)
    async with open_node("71-01", is_hub=False, wall=wall) as box:
        at = datetime.now(UTC)
        box.wall = lambda: at  # what the hub says in its frame
        said = [event(ModeSet("all", Mode.EMERGENCY)), event(DistressReceived(text="Rauch", box="71-01"))]

        await peer.hub_sends(box, [events.encode(dataclasses.replace(each, at=at)) for each in said])

        assert box.state.mode_at("71-01").mode is Mode.EMERGENCY
        assert len(box.state.open_distresses()) == 1
        assert box.held == {}


# -- at a box --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def box(open_node: OpenNode) -> AsyncIterator[Node]:
    """A box that belongs to a hub."""
    async with open_node("71-01", is_hub=False) as made:
        await peer.hub_sends(made, [])
        yield made


@pytest.mark.parametrize("key", [None, THIEF, peer.BOX_KEY], ids=["unsigned", "a thief's", "its own"])
async def test_a_box_takes_nothing_from_anybody_but_its_hub(box: Node, key: SigningKey | None) -> None:
    root = box.identity.root
    assert root is not None
    exchange = Exchange(box, End(random.Random(1), 0.0))
    forged = events.encode(event(ModeSet("all", Mode.EMERGENCY), node="hub"))
    if key is not None:
        forged = signatures.signed(forged, key, root.serial)
    fields = {"v": 1, "node": "hub", "log": uuid4(), "now": 1, "head": 1, "to": "71-01", "serial": root.serial}
    frame = frames.Frame.model_validate({**fields, "after": 0, "through": 2**40})

    await exchange.handle(None, frames.encode(frame, [frames.event_json(forged)], key))

    assert box.log.head == 0
    assert box.state.mode_at("71-01").mode is Mode.NORMAL
    assert box.held == {}


async def test_a_frame_of_the_hub_for_another_box_cannot_be_played_back_to_this_one(box: Node) -> None:
    root = box.identity.root
    assert root is not None
    exchange = Exchange(box, End(random.Random(1), 0.0))
    fields = {"v": 1, "node": "hub", "log": uuid4(), "now": 1, "head": 9, "to": "72-01", "serial": root.serial}
    frame = frames.Frame.model_validate({**fields, "after": 0, "through": 9})

    await exchange.handle(None, frames.encode(frame, [], peer.HUB_KEY))

    assert box.log.positions() == []
    assert exchange._syncs["hub"].peer_head == 0
