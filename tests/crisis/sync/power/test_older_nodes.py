"""A node keeps events of a kind that it does not know, and passes them on as signed: as those before did power_seen."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from crisis.model import events
from crisis.model.event_bodies import PowerSeen
from crisis.model.events import Unread
from crisis.sync.needs import Need, Needs
from crisis.trust import signatures
from tests.crisis.support import peer
from tests.crisis.sync.test_attacks import Hub

if TYPE_CHECKING:
    from crisis.node import Node

KIND = "power_forecast"  # of a version to come: what power_seen was to the version before


@pytest.fixture
def hub(node: Node) -> Hub:
    return Hub(node)


async def test_an_event_of_an_unknown_kind_is_kept_and_given_to_every_node_with_its_signature(hub: Hub) -> None:
    own = PowerSeen("71-01", False, hub.node.now(), 80.0, 52.4847, 13.3435, 60.0)
    body = json.dumps({**json.loads(hub.event(own).body), "new": ["of", "2030"]}, separators=(",", ":"))
    unknown = dataclasses.replace(hub.event(own), kind=KIND, body=body)
    sent = signatures.signed(unknown, peer.BOX_KEY, hub.stolen.serial)

    await hub.send(sent)

    (kept,) = (await hub.node.log.known([sent.id])).values()
    assert (kept.encoded, hub.reasons()) == (sent, set())
    assert isinstance(events.decode(sent).body, Unread)
    assert hub.node.state.unread == 1
    far = Needs("72-01", ("district-72",), hub.node.state, hub.node.directory)
    assert far.of(events.decode(kept.encoded)) is Need.WHOLE


async def test_a_box_may_say_that_it_has_no_power_itself(hub: Hub) -> None:
    await hub.send(hub.signed(PowerSeen("71-01", False, hub.node.now())))

    known = hub.node.state.power_of("71-01")
    assert known is not None
    assert not known.mains
