"""Whether this process can do its work: each part is asked, within a bound, and says why it is not well."""

import asyncio
import os
import ssl
import time
from dataclasses import dataclass

from api.database import Database
from api.health import checks
from api.health.checks import Health, Part
from api.http import times
from api.stream.feed import Feed
from crisis.node import Node
from kiezbox import sql
from kiezbox.settings import MqttSettings, Settings

BROKER_SECONDS = 2.0
BROKER_FRESH_SECONDS = 5.0  # so often the broker is bothered, however often we are asked


@dataclass(frozen=True, slots=True)
class _Seen:
    part: Part
    at: float


class Readiness:
    """Asks what answers depend on: database, schema, newest commit, stream, the crisis log; and the broker before all.

    `node` None: this process leaves the crisis part to another one.
    """

    def __init__(self, settings: Settings, database: Database, feed: Feed, node: Node | None = None) -> None:
        self._settings = settings
        self._node = node
        self._database = database
        self._feed = feed
        self._broker_seen: _Seen | None = None

    async def check(self) -> Health:
        """Ask every part at once. Never raises, and takes checks.CHECK_SECONDS at the most."""
        database, broker, commits, crisis = await asyncio.gather(
            self._database_and_schema(),
            checks.bounded("broker", self._broker),
            checks.bounded("commits", self._commits),
            self._crisis(),
        )
        parts = [*database, broker, commits, self._stream(), *crisis]
        return Health(ready=all(part.ok for part in parts), parts=parts)

    async def _database_and_schema(self) -> list[Part]:
        """Two parts of one question: the schema can be judged only where the database answers."""
        schema = await checks.bounded("schema", self._schema)
        if schema.ok or schema.detail.startswith("schema: "):
            return [Part(name="database", ok=True, detail="answers"), schema]
        unknown = Part(name="schema", ok=False, detail="not known while the database does not answer")
        return [schema.model_copy(update={"name": "database"}), unknown]

    async def _schema(self) -> Part:
        tier = await self._database.verify()
        return Part(name="schema", ok=True, detail=f"fits this program; tier {tier}")

    async def _commits(self) -> Part:
        """The age of the newest commit; a setting says from which age on that is an error."""
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

    def _stream(self) -> Part:
        age = self._feed.read_age_s
        detail = "follows what is committed" if self._feed.is_up else "cannot follow what is committed"
        return Part(name="stream", ok=self._feed.is_up, detail=detail, age_s=None if age is None else round(age, 1))

    async def _broker(self) -> Part:
        seen = self._broker_seen
        if seen is None or time.monotonic() - seen.at > BROKER_FRESH_SECONDS:
            seen = self._broker_seen = _Seen(await reach(self._settings.mqtt), time.monotonic())
        return seen.part.model_copy(update={"age_s": round(time.monotonic() - seen.at, 1)})


async def reach(settings: MqttSettings) -> Part:
    """Whether the broker takes a connection (with TLS: and shows a certificate that we trust), in BROKER_SECONDS."""
    where = f"{settings.host}:{settings.port}"
    try:
        context = ssl.create_default_context(cafile=settings.tls_ca_file) if settings.tls else None
        async with asyncio.timeout(BROKER_SECONDS):
            _, writer = await asyncio.open_connection(settings.host, settings.port, ssl=context)
            writer.close()
    except TimeoutError:
        return Part(name="broker", ok=False, detail=f"{where} does not answer")
    except OSError as error:
        return Part(
            name="broker",
            ok=False,
            detail=f"{where} cannot be reached: {os.strerror(error.errno) if error.errno else error}",
        )
    return Part(name="broker", ok=True, detail=f"{where} takes connections")
