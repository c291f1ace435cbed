"""The hub's own users at the broker: one for each session, all with the password of KIEZBOX_MQTT_PASSWORD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiezbox.errors import OperatorError
from stack.broker import passwords
from storage import credentials
from storage.credentials import Credential, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiezbox.db import Connection
    from kiezbox.settings import Settings

BESIDE = "-beside"  # the second session of ingest and of calls
PROBE = "kiezbox-probe"


def names(settings: Settings, workers: Sequence[str] = ()) -> dict[str, Kind]:
    """Each user and its kind: as the sessions call themselves, or the one user that KIEZBOX_MQTT_USERNAME names.

    `workers` are further workers of ingest, by their client ids (docs/scaling.md).
    """
    if settings.mqtt.username is not None:
        return {settings.mqtt.username: Kind.HUB}
    calls, sync = (f"kiezbox-crisis-{settings.crisis.node or 'hub'}-{what}" for what in ("calls", "sync"))
    found = {calls: Kind.CALLS, calls + BESIDE: Kind.CALLS_BESIDE, sync: Kind.SYNC, PROBE: Kind.PROBE}
    for worker in (settings.ingest.client_id, *workers):
        found |= {worker: Kind.INGEST, worker + BESIDE: Kind.INGEST_BESIDE}
    return found


async def keep(connection: Connection, settings: Settings, workers: Sequence[str] = ()) -> list[str]:
    """Write the hub's users down, those whose password or kind changed; their names. Raises OperatorError, BoxError.

    The hashes of a password that stays are kept: a broker ends the connections of users whose hash is another.
    """
    if settings.mqtt.password is None or not settings.mqtt.password.get_secret_value():
        raise OperatorError(
            "the hub itself has no password at the broker",
            f"set KIEZBOX_MQTT_PASSWORD for this command and for ingest and the API, for example to {passwords.new()}",
        )
    password = settings.mqtt.password.get_secret_value()
    known = {each.username: each for each in await credentials.listed(connection)}
    changed = []
    for name, kind in names(settings, workers).items():
        held = known.get(name)
        is_kept = held is not None and held.kind is kind and held.revoked_at is None
        if held is None or not is_kept or not passwords.is_of(password, held.hashes):
            await credentials.keep(connection, Credential(name, kind, passwords.hashes(password)))
            changed.append(name)
    return changed
