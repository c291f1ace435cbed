"""Whether a hub's process can do its work: each part is checked within a time limit, and says what is wrong."""

import asyncio
from typing import Annotated

from fastapi import Depends

from api.assembly import AppKey
from api.database import Database
from api.health import checks
from api.health.broker_probe import BrokerProbe
from api.health.checks import Health, Part
from api.http import times
from api.stream.feed import Feed
from crisis.node import Node
from kiezbox import sql, tls
from kiezbox.settings import MqttSettings, Settings

BROKER_SECONDS = 2.0
_HEAR_SECONDS = 2.5  # for a message of our own to come back: with BROKER_SECONDS less than checks.CHECK_SECONDS


class Readiness:
    """Checks what answers depend on: database, schema, broker, newest commit, stream and the crisis log.

    `node` None: another process serves the crisis part.
    """

    def __init__(
        self, settings: Settings, database: Database, feed: Feed, probe: BrokerProbe, node: Node | None = None
    ) -> None:
        self._settings = settings
        self._probe = probe
        self._node = node
        self._database = database
        self._feed = feed

    async def check(self) -> Health:
        """Check every part at the same time. Never raises, and takes at most checks.CHECK_SECONDS."""
        database, broker, commits, crisis, clock = await asyncio.gather(
            self._database_and_schema(),
            checks.bounded("broker", self._broker),
            checks.bounded("commits", self._commits),
            self._crisis(),
            self._clock(),
        )
        parts = [*database, broker, commits, self._stream(), *crisis, *clock]
        return Health(ready=all(part.ok for part in parts), parts=parts)

    async def _database_and_schema(self) -> list[Part]:
        """Two parts, from one query: the schema is known only when the database answers."""
        schema = await checks.bounded("schema", self._schema)
        if schema.ok or schema.detail.startswith("schema: "):
            return [Part(name="database", ok=True, detail="answers"), schema]
        unknown = Part(name="schema", ok=False, detail="not known while the database does not answer")
        return [schema.model_copy(update={"name": "database"}), unknown]

    async def _schema(self) -> Part:
        tier = await self._database.verify()
        return Part(name="schema", ok=True, detail=f"fits this program; tier {tier}")

    async def _commits(self) -> Part:
        """The age of the newest commit; a setting says above which age the process is not ready."""
        (row,) = await self._database.fetch(sql.load("api.health", "newest_commit"))
        newest = row["committed_at"]
        limit = self._settings.api.commit_age_max_seconds
        if newest is None:
            return Part(name="commits", ok=not limit, detail="no reading was committed yet")
        age = times.age_s(newest, row["now"])
        if limit and age > limit:
            detail = f"the newest reading was committed longer ago than {limit:g} s: are ingest and the boxes running?"
            return Part(name="commits", ok=False, detail=detail, age_s=age)
        return Part(name="commits", ok=True, detail="newest commit", age_s=age)

    async def _crisis(self) -> list[Part]:
        return [] if self._node is None else [await checks.crisis(self._node)]

    async def _clock(self) -> list[Part]:
        """A part that is not ok while ingest holds messages back because the hub's clock is behind; else none."""
        held: list[Part] = []

        async def probe() -> Part:
            (row,) = await self._database.fetch(sql.load("api.health", "clock_waiting"))
            if row["messages"]:
                what = f"{row['messages']} messages of {row['boxes']} boxes"
                detail = f"the hub's clock is behind: {what} wait until it is right (timedatectl, NTP)"
                held.append(Part(name="clock", ok=False, detail=detail))
            return Part(name="clock", ok=True, detail="not in doubt")

        await checks.bounded("clock", probe)  # that the database does not answer is said by its own part
        return held

    def _stream(self) -> Part:
        age = self._feed.read_age_s
        detail = "follows what is committed" if self._feed.is_up else "cannot follow what is committed"
        return Part(name="stream", ok=self._feed.is_up, detail=detail, age_s=None if age is None else round(age, 1))

    async def _broker(self) -> Part:
        """Whether a message of our own comes back through the broker. If not: whether it takes connections at all."""
        if not self._probe.is_heard:
            reached = await reach(self._settings.mqtt)
            if not reached.ok:
                return reached
            try:
                async with asyncio.timeout(_HEAR_SECONDS):
                    await self._probe.heard()
            except TimeoutError:
                detail = f"{reached.detail}, but no message comes back: {self._probe.hint}"
                return Part(name="broker", ok=False, detail=detail, age_s=self._probe.age_s)
        where = f"{self._settings.mqtt.host}:{self._settings.mqtt.port}"
        return Part(name="broker", ok=True, detail=f"{where} brings our own messages back", age_s=self._probe.age_s)


READINESS = AppKey[Readiness]("readiness")
ProcessReadiness = Annotated[Readiness, Depends(READINESS.served)]


async def reach(settings: MqttSettings) -> Part:
    """Whether the broker accepts a connection within BROKER_SECONDS; with TLS its certificate must be trusted."""
    where = f"{settings.host}:{settings.port}"
    try:
        async with asyncio.timeout(BROKER_SECONDS):
            _, writer = await asyncio.open_connection(settings.host, settings.port, ssl=tls.context(settings))
            writer.close()
    except TimeoutError:
        return Part(name="broker", ok=False, detail=f"{where} does not answer")
    except OSError as error:
        return Part(
            name="broker",
            ok=False,
            detail=f"{where} cannot be reached: {tls.reason(error)}",
        )
    return Part(name="broker", ok=True, detail=f"{where} takes connections")
