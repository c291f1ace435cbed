"""The crisis part of a process: the node, and what works for it in the background.

Nothing waits for this: the node answers from memory and local disk, whether the broker and the database are up, down,
or accept connections and never answer. Background work that fails is logged and started again; it never takes the
residents' page down with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from typing import TYPE_CHECKING, Any

from crisis import node as nodes
from crisis.alarm import plans
from crisis.sync import beats, bulletin, exchange, intake, sending
from crisis.sync.accounts.account_sync import AccountSync
from crisis.sync.bulletin_store import KeptBulletins, Versions
from crisis.sync.clocks.steps import ClockSteps
from crisis.sync.power import notes, supply
from kiezbox import metrics, mqtt, process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from crisis.node import Node
    from kiezbox.mqtt import Session
    from kiezbox.settings import Settings
    from radio.radios import Radios

log = logging.getLogger(__name__)

_APPLICATION = "kiezbox-crisis"  # in pg_stat_activity
_STEADY_SECONDS = 60.0  # after running for so long, the next failure is treated as a first one
_COMMANDS = "kb/v1/+/command"
_BULLETIN_SECONDS = 1.0  # how often we look whether a bulletin changed


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Node]:
    """A node with its background work while the block runs.

    Raises OperatorError when the log's folder cannot be used or another process uses it. A damaged log is recovered.
    """
    async with nodes.opened(settings) as node:
        accounts = AccountSync(node)
        radios = node.radios
        works: dict[str, Callable[[], Awaitable[None]]] = {
            "watch": node.watch,
            "accounts": accounts.run,
            "seals": node.seal_hourly,
            "power": functools.partial(notes.run, node),
            "radio": radios.run,
        }
        if node.is_hub:
            radios.mesh_topics = _mesh_topics(settings)
            ids = mqtt.ClientIds(settings.crisis.folder, _sessions_of(node))
            works |= {
                "clock": ClockSteps(node).run,
                "calls": lambda: _calls(node, settings, ids),
                "waiting calls": lambda: intake.take_waiting(node),
                "sync": lambda: _hub(node, settings, ids, radios),
            }
            if settings.crisis.copies:
                works["copy"] = lambda: _copy(node, settings)
        else:
            works["sync"] = lambda: _box(node, settings, radios)
            works["own power"] = functools.partial(supply.run, node)
        await accounts.settle()  # before anybody acts
        tasks = [asyncio.create_task(_kept_alive(name, work), name=f"crisis {name}") for name, work in works.items()]
        log.info("crisis node is up", extra={"node": node.name, "role": settings.role, "head": node.log.head})
        try:
            yield node
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            accounts.close()


async def _kept_alive(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work for ever. A failure is a bug: it is counted and logged, and the work starts again after a pause."""

    async def attempt(recovered: Callable[[], None]) -> None:
        steady = asyncio.get_running_loop().call_later(_STEADY_SECONDS, recovered)
        try:
            await work()
        except Exception:
            metrics.CRISIS_FAILURES.inc()
            raise
        finally:
            steady.cancel()

    def say(error: Exception) -> None:
        extra = {"work": name}
        log.error("background work of the crisis part died, starting it again", extra=extra, exc_info=error)

    await process.retry_forever(attempt, on=Exception, say=say)


def _sessions_of(node: Node) -> str:
    """What the names of its sessions at the broker begin with."""
    return f"{_APPLICATION}-{node.name}"


async def _calls(node: Node, settings: Settings, ids: mqtt.ClientIds) -> None:
    """Take calls for help. They have sessions of their own, so that they wait behind nothing.

    A call that both sessions bring has one id, and is kept once. What the broker retained is a call as well, once.
    """
    topics = intake.topics_beside(settings.mqtt.mesh_roots)
    main, beside = metrics.MqttSession.CALLS, metrics.MqttSession.CALLS_BESIDE
    broker, broker_beside = (settings.mqtt.for_session(ids.name(what)) for what in ("calls", "calls-beside"))
    async with (
        mqtt.session(broker, ids.client_id("calls"), intake.CALL_TOPICS, label=main) as session,
        mqtt.session(broker_beside, ids.client_id("calls-beside"), topics, label=beside) as session_beside,
        asyncio.TaskGroup() as group,
    ):
        node.hears_calls = lambda: session.connected.is_set() and session_beside.connected.is_set()
        source = mqtt.Watched(mqtt.Unretained(session, _is_of_boxes, keeps=True))
        source_beside = mqtt.Unretained(session_beside, _is_of_boxes, keeps=True)
        taking = functools.partial(intake.take_calls, node)
        group.create_task(taking(source), name="crisis calls")
        group.create_task(taking(source_beside), name="crisis calls beside")
        # A call without an id and a time of its own is another one each time that it comes.
        draining = ids.drain_before("calls", broker, source, taking, once=True)
        group.create_task(draining, name="crisis calls before")


def _mesh_topics(settings: Settings) -> tuple[str, ...]:
    """Where answers to alarms by radio come from, by the plan in force. What is wrong with it the alarms say."""
    tables = plans.in_force(settings).channels
    if not tables:
        return ()
    from crisis.alarm import channels  # noqa: PLC0415 -- only where there are some: they take memory

    return channels.mesh_topics(tables)


def _is_of_boxes(topic: str) -> bool:
    return topic.startswith("kb/")  # ingest clears what the mesh retains


async def _hub(node: Node, settings: Settings, ids: mqtt.ClientIds, radios: Radios) -> None:
    """Sync with every box, note what the boxes show, publish the bulletins, and reach their radios."""
    topics = (sending.up("+"), intake.STATUS_TOPIC)
    broker, label = settings.mqtt.for_session(ids.name("sync")), metrics.MqttSession.SYNC
    optional = (beats.ALL, *radios.topics)
    async with (
        mqtt.session(broker, ids.client_id("sync"), topics, label=label, optional=optional) as session,
        asyncio.TaskGroup() as group,
    ):
        exchanging = exchange.Exchange(node, session)
        node.presence.is_current = session.connected.is_set
        source = mqtt.Watched(mqtt.Unretained(session, _is_frame))
        taking = functools.partial(_take_frames, node, exchanging, radios)
        group.create_task(exchanging.run(), name="crisis exchange")
        group.create_task(_publish_bulletins(node, session), name="crisis bulletins")
        group.create_task(beats.run(node, session, settings.alarm.beat_seconds), name="crisis beats")
        group.create_task(ids.drain_before("sync", broker, source, taking), name="crisis sync before")
        clearing = mqtt.clear_retained(broker, mqtt.passing(ids.name("sync")), (sending.down("+"), _COMMANDS))
        group.create_task(clearing, name="crisis clear retained")
        with radios.attached(session):
            await taking(source)


def _is_frame(topic: str) -> bool:
    return "/sync/" in topic or "/radio/" in topic or beats.is_one(topic)


async def _take_frames(node: Node, exchanging: exchange.Exchange, radios: Radios, source: mqtt.Watched) -> None:
    """Take what boxes send of their logs, what they show, and what their radios hear."""
    while True:
        burst = await source.burst()
        for delivery in burst:
            match delivery.topic.split("/"):
                case ["kb", "v1", box, "sync", "up"]:
                    await exchanging.handle(box, delivery.payload)
                case ["kb", "v1", _, "watch"]:
                    node.beats.hear(delivery.topic, delivery.payload)
                case [*_, "2", "e", _, _] if delivery.retained:
                    pass  # an answer of long ago, which would be heard at each connection; ingest clears it
                case _ if radios.take(delivery.topic, delivery.payload):
                    pass
                case _:
                    await intake.take_status(node, delivery)
        source.acknowledge(burst)


async def _box(node: Node, settings: Settings, radios: Radios) -> None:
    """Sync with the hub, keep its bulletins, and pass on what goes to and from the radio here."""
    topics, name = (sending.down(node.name),), f"{_sessions_of(node)}-sync"
    broker, client_id = settings.mqtt.for_session(name), mqtt.passing(name)
    kept, label = KeptBulletins(node), metrics.MqttSession.SYNC
    optional = (*kept.topics, *beats.heard_by(node.name), *radios.topics)
    async with (
        mqtt.session(broker, client_id, topics, durable=False, label=label, optional=optional) as session,
        asyncio.TaskGroup() as group,
    ):
        exchanging = exchange.Exchange(node, session)
        source = mqtt.Unretained(session, _is_frame, clears=False)
        group.create_task(exchanging.run(), name="crisis exchange")
        group.create_task(beats.run(node, session, settings.alarm.beat_seconds), name="crisis beats")
        with radios.attached(session):
            while True:
                for delivery in await source.burst():
                    if beats.is_one(delivery.topic):
                        node.beats.hear(delivery.topic, delivery.payload)
                    elif delivery.topic in kept.topics:
                        kept.hear(delivery)
                    elif not radios.take(delivery.topic, delivery.payload):
                        await exchanging.handle(None, delivery.payload)


async def _copy(node: Node, settings: Settings) -> None:
    from crisis.sync import archive, names  # noqa: PLC0415 -- a box has no database and need not load its driver
    from crisis.sync.power import copy  # noqa: PLC0415 -- see above
    from kiezbox import db  # noqa: PLC0415 -- see above

    async with db.pool(settings.database.for_writing, _APPLICATION) as pool, asyncio.TaskGroup() as group:
        group.create_task(archive.run(node, pool), name="crisis copy of the log")
        group.create_task(copy.run(node, pool), name="crisis copy of outages")
        group.create_task(names.run(node, pool), name="crisis names of areas")


def _signed(node: Node, versions: Versions, content: dict[str, Any], now: datetime) -> bytes:
    """A bulletin with the hub's signature; without one while the hub has no key, or cannot remember a version."""
    own = node.identity
    if own.key is None or own.certificate is None:
        return bulletin.encode(content, now)
    try:
        return bulletin.encode(content, now, versions.next(), own.key, own.certificate.serial)
    except OSError as error:
        log.warning("a bulletin is not signed: its version cannot be remembered", extra={"error": error})
        return bulletin.encode(content, now)


async def _publish_bulletins(node: Node, session: Session) -> None:
    """Publish each bulletin, retained, when it changed; and all at every heartbeat, so that their age is right."""
    loop = asyncio.get_running_loop()
    versions = Versions(node)
    published: dict[str, object] = {}
    renew_at = 0.0
    while True:
        await session.connected.wait()
        now = node.now()
        if loop.time() >= renew_at:
            published.clear()
            renew_at = loop.time() + node.settings.heartbeat_seconds
        boxes = {*node.peers, *(seen.box for seen in node.state.seen_modes())}
        for area, content in bulletin.compose(node.state, boxes, now).items():
            if published.get(area) == content:
                continue
            payload = _signed(node, versions, content, now)
            if session.publish(bulletin.topic(area), payload, qos=1, retain=True):
                published[area] = content
        await asyncio.sleep(_BULLETIN_SECONDS)
