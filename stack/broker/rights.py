"""Who may publish and read which topics: the one table. Pure.

The broker's files are generated from it, a test tries every pair on real brokers, and docs/security.md shows it. What
is not here is refused, above all every topic that begins with `$`. Topics are MQTT filters, as in a SUBSCRIBE.
"""

from __future__ import annotations

import functools
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.sync import beats
from storage.credentials import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.credentials import Credential

# What a box says, and hears, below kb/v1/{box}/ (protocol.md).
# A level too many costs nobody a call for help, and NATS confirms what it drops (docs/operating.md, What is published
# beside our topics); NATS also puts a partition behind telemetry before it looks at rights (docs/scaling.md).
_SAID = ("telemetry/#", "status/#", "distress/#", "report/#", "result")
_HEARD = ("ack", "command")
_MESH = "msh/+"  # the root of Meshtastic's topics: msh and the region
MESH_ROOTS = ("msh",)  # what a hub reads below, unless KIEZBOX_MQTT_MESH_ROOTS names others
PROBE = "kiezbox-probe"
OUR_GATEWAY = "!6b7a6278"  # under which the hub publishes alarms for the mesh (crisis/alarm/channels/radio_text.py)

# Only here may a message be retained. No broker can refuse the flag for one topic: who reads it has to.
RETAINED = ("kb/v1/+/status", "kb/v1/+/bulletin")


@dataclass(frozen=True, slots=True)
class Rights:
    """The topic filters that somebody may publish to, and subscribe to. Nothing else.

    `is_queued`: may subscribe with QoS 1, so that the broker keeps messages while it is away. On NATS each such
    subscription is a consumer on the broker's disk, and anybody may have as many as they invent client ids.
    """

    publish: tuple[str, ...] = ()
    subscribe: tuple[str, ...] = ()
    is_queued: bool = False

    def __or__(self, other: Rights) -> Rights:
        publish, subscribe = _once(self.publish + other.publish), _once(self.subscribe + other.subscribe)
        return Rights(publish, subscribe, self.is_queued or other.is_queued)

    def may_publish(self, topic: str) -> bool:
        """Whether a message on this topic is passed on."""
        return any(covers(each, topic) for each in self.publish)

    def may_subscribe(self, asked: str) -> bool:
        """Whether everything that this filter asks for may be read."""
        return any(covers(each, asked) for each in self.subscribe)


def of(credential: Credential, mesh_roots: Sequence[str] = MESH_ROOTS) -> Rights:
    """The rights of one credential. `mesh_roots`: what the hub reads of the mesh (KIEZBOX_MQTT_MESH_ROOTS)."""
    box = credential.box
    if box is None:
        return of_hub(credential.kind, mesh_roots)
    match credential.kind:
        case Kind.NODE:
            said = (*_below(box, ("sync/up", "radio/up")), beats.topic(beats.own_area(box)))
            heard = (*_below(box, ("sync/down", "radio/down")), *beats.heard_by(box))
            return Rights(said, (*heard, *_bulletins(box, credential.areas)))
        case Kind.ESPHOME:  # the prefix that docs/operating.md gives it, for its own log, states and commands
            own = (f"esphome/{box}/#",)
            return sensor(box, credential.areas) | Rights(own, own)
        case Kind.MESHTASTIC:
            assert credential.mesh is not None  # as the table's constraint says
            root, _, gateway = credential.mesh.rpartition("/")
            return Rights((f"{root}/2/e/+/{gateway}",), (f"{root}/2/e/+/{OUR_GATEWAY}",))
    return sensor(box, credential.areas)


def sensor(box: str, others: Sequence[str] = ()) -> Rights:
    """What a box that measures may do. `others`: areas whose bulletins it reads besides its own."""
    said, heard = _below(box, _SAID), _below(box, _HEARD)
    return Rights(said, (*heard, *_bulletins(box, others)))


def of_hub(kind: Kind, mesh_roots: Sequence[str] = MESH_ROOTS) -> Rights:
    """What a session of the hub may do, or an operator. `mesh_roots`: as in `of`."""
    return _hub(mesh_roots)[kind]


def _hub(mesh_roots: Sequence[str]) -> dict[Kind, Rights]:
    """Sessions of the hub may publish where they read, and read what boxes hear: they delete what is retained there."""
    mesh = (f"{_MESH}/2/e/+/+",)
    roots = _roots(mesh_roots)
    calls, readings = ("distress", "report"), ("telemetry", "status")
    sessions = {
        # Telemetry also as a partition of it (docs/scaling.md).
        Kind.INGEST: _cleared(*_below("+", readings), "kb/v1/+/telemetry/+", *mesh, "kb/v1/+/ack"),
        Kind.INGEST_BESIDE: _cleared(*_deeper(readings), *roots) | _ANSWERS,
        Kind.CALLS: _cleared(*_below("+", calls), *mesh),
        Kind.CALLS_BESIDE: _cleared(*_deeper(calls), *roots),
        Kind.SYNC: _cleared(*_below("+", ("sync/up", "sync/down", "radio/up", "radio/down", "command")))
        | Rights(_below("+", ("bulletin",)), _below("+", ("status",)))
        | Rights((beats.topic(areas.EVERYWHERE),), (beats.ALL,))
        | Rights(_texts(mesh_roots), roots),
        Kind.PROBE: _cleared(f"{PROBE}/+"),
    }
    return sessions | {
        Kind.HUB: functools.reduce(operator.or_, sessions.values()),
        # Who withdraws a box deletes its retained status (docs/operating.md).
        Kind.OPERATOR: Rights(("kb/v1/+/status",), ("kb/#", *roots, f"{PROBE}/#")),
        # Any box's sensor and node, and the mesh; with QoS 1, as it was allowed.
        Kind.SHARED: Rights(
            _below("+", (*_SAID, "sync/up", "watch")), _below("+", (*_HEARD, "sync/down", "watch")), is_queued=True
        )
        | anonymous(mesh_roots),
    }


def anonymous(mesh_roots: Sequence[str] = MESH_ROOTS) -> Rights:
    """What a client without a credential may do where one is let in: what a sensor and a gateway do, for any box.

    It reads the acks of the box that it names, and the bulletins, which are public.
    """
    return Rights((*_below("+", _SAID[:-1]), *_roots(mesh_roots)), _below("+", ("ack", "bulletin")))


def covers(allowed: str, asked: str) -> bool:
    """Whether the filter `allowed` matches every topic that the filter (or topic) `asked` matches [MQTT-4.7].

    A wildcard at its beginning matches nothing that begins with `$`.
    """
    if asked.startswith("$") and not allowed.startswith("$"):
        return False
    granted, wanted = allowed.split("/"), asked.split("/")
    for at, level in enumerate(granted):
        if level == "#":
            return True
        if at >= len(wanted) or wanted[at] == "#" or level not in ("+", wanted[at]):
            return False
    return len(wanted) == len(granted)


def levels(topic_filter: str) -> tuple[str, ...]:
    """The levels of a filter of this table. Raises ValueError for what a broker's file could take for syntax."""
    if not _PLAIN.fullmatch(topic_filter):
        raise ValueError(f"{topic_filter!r} is no topic filter that a broker's file may have")
    return tuple(topic_filter.split("/"))


# No space, dot, quote or line end: the files have no way of writing them that both brokers read alike.
_PLAIN = re.compile(r"(?:\+|[A-Za-z0-9!_-]+)(?:/(?:\+|[A-Za-z0-9!_-]+))*(?:/#)?|#")


_ANSWERS = Rights(publish=("kb/v1/+/ack",))


def _cleared(*filters: str) -> Rights:
    """Reads these, and may delete what is retained there."""
    return Rights(filters, filters, is_queued=True)


def _roots(mesh_roots: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{root}/#" for root in mesh_roots)


def _texts(mesh_roots: Sequence[str]) -> tuple[str, ...]:
    """Where the hub publishes alarms for gateways of the mesh: their own root may have three levels more than ours."""
    deeper = ("", "/+", "/+/+", "/+/+/+")
    return tuple(f"{root}{levels}/2/e/+/{OUR_GATEWAY}" for root in mesh_roots for levels in deeper)


def _deeper(names: Iterable[str]) -> tuple[str, ...]:
    """One level or more below what boxes say."""
    return tuple(f"kb/v1/+/{name}/+/#" for name in names)


def _below(box: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"kb/v1/{box}/{name}" for name in names)


def _bulletins(box: str, others: Sequence[str]) -> tuple[str, ...]:
    """The bulletins of the city, of the box's district, and of other areas (crisis/sync/bulletin.py)."""
    found = (areas.EVERYWHERE, areas.district(box), *(areas.district(each) or each for each in others))
    return _once(f"kb/v1/{area}/bulletin" for area in found if area is not None)


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
