"""The hub's own users are those with which its sessions sign in, and may do what these sessions do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from api.health import broker_probe
from crisis.sync import bulletin, intake, sending
from ingest import beside
from kiezbox.errors import OperatorError
from kiezbox.settings import IngestSettings, MqttSettings, Settings
from stack.broker import hub, passwords, rights
from storage import credentials
from storage.credentials import Kind

if TYPE_CHECKING:
    from kiezbox.db import Pool

SETTINGS = Settings(mqtt=MqttSettings(password=SecretStr("secret")))


def test_the_filters_of_every_session_are_granted() -> None:
    taken, roots = IngestSettings().topics, MqttSettings().mesh_roots
    asked = {
        Kind.INGEST: (*taken, "kb/v1/+/telemetry/2"),
        Kind.INGEST_BESIDE: beside.topics(taken, roots),
        Kind.CALLS: intake.CALL_TOPICS,
        Kind.CALLS_BESIDE: intake.topics_beside(roots),
        Kind.SYNC: (sending.up("+"), intake.STATUS_TOPIC),
        Kind.PROBE: (broker_probe.BrokerProbe(MqttSettings()).topic,),
    }

    refused = [(kind, each) for kind in asked for each in asked[kind] if not rights.of_hub(kind).may_subscribe(each)]
    refused_to_all = [each for each in sum(asked.values(), ()) if not rights.of_hub(Kind.HUB).may_subscribe(each)]

    assert (refused, refused_to_all) == ([], [])


@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        (Kind.INGEST, "kb/v1/71-01/ack"),
        (Kind.SYNC, sending.down("71-01")),
        (Kind.SYNC, bulletin.topic("all")),
        (Kind.SYNC, bulletin.topic("district-71")),
    ],
)
def test_what_a_session_sends_is_passed_on(kind: Kind, topic: str) -> None:
    assert rights.of_hub(kind).may_publish(topic)


def test_with_a_user_name_that_is_set_all_sessions_share_it() -> None:
    settings = Settings(mqtt=MqttSettings(username="hub", password=SecretStr("secret")))

    assert hub.names(settings) == {"hub": Kind.HUB}
    assert settings.mqtt.for_session("kiezbox-ingest").username == "hub"


def test_with_a_password_alone_each_session_has_a_user() -> None:
    found = hub.names(SETTINGS, ["kiezbox-ingest-2"])

    assert found["kiezbox-ingest-2"] is Kind.INGEST
    assert found["kiezbox-crisis-hub-calls-beside"] is Kind.CALLS_BESIDE
    assert SETTINGS.mqtt.for_session("kiezbox-ingest").username == "kiezbox-ingest"


def test_without_a_password_nobody_signs_in() -> None:
    assert MqttSettings().for_session("kiezbox-ingest").username is None


async def test_a_password_that_stays_keeps_its_hashes_and_a_new_one_gets_others(pool: Pool) -> None:
    async with pool.connection() as connection:
        first = await hub.keep(connection, SETTINGS)
        before = await credentials.listed(connection)
        again = await hub.keep(connection, SETTINGS)
        same = await credentials.listed(connection)
        other = Settings(mqtt=MqttSettings(password=SecretStr("another")))
        changed = await hub.keep(connection, other)
        after = await credentials.listed(connection)

    assert sorted(first) == sorted(changed) == sorted(hub.names(SETTINGS))
    assert (again, same) == ([], before)
    assert all(passwords.is_of("another", each.hashes) for each in after)


async def test_a_user_who_was_removed_is_back_when_a_session_is_called_so(pool: Pool) -> None:
    async with pool.connection() as connection:
        await hub.keep(connection, SETTINGS)
        await credentials.forget(connection, "kiezbox-ingest")

        changed = await hub.keep(connection, SETTINGS)

    assert changed == ["kiezbox-ingest"]


@pytest.mark.parametrize("password", [None, SecretStr("")])
async def test_a_hub_without_a_password_is_told_to_have_one(pool: Pool, password: SecretStr | None) -> None:
    async with pool.connection() as connection:
        with pytest.raises(OperatorError, match="no password at the broker"):
            await hub.keep(connection, Settings(mqtt=MqttSettings(password=password)))
