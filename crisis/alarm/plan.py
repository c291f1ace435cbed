"""The operator's plan: the people with their addresses, the chain of each severity, the head of the staff.

It stands in `alarm.toml` beside the channels (crisis/alarm/channels), on the node that speaks: addresses are nobody
else's business, and are in no event.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crisis.alarm.channel import Severity
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE = "alarm.toml"
DESK, DUTY, SECOND, EVERYBODY, HEAD = "desk", "duty", "second", "everybody", "head"
TARGETS = (DESK, DUTY, SECOND, EVERYBODY, HEAD)
LANGUAGES = ("de", "en")
_SECTIONS = ("channels", "people", "chains", "staff")
_PERSON = re.compile(r"[^\s/\[\]][^/\[\]]{0,98}")
_STEPS_MAX = 20
_MINUTES_MAX = 24 * 60
_SEE = "docs/alarm.md shows a whole file"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be told. `addresses`: by channel, in the order in which these are tried.

    A person without any is told nothing by this node.
    """

    name: str
    addresses: tuple[tuple[str, str], ...] = ()
    language: str = "de"


@dataclass(frozen=True, slots=True)
class ChainStep:
    """Whom to tell, so long after the alarm was opened."""

    after_seconds: float
    to: tuple[str, ...]


Chain = tuple[ChainStep, ...]

_MINUTE = 60.0
CHAINS: Mapping[Severity, Chain] = MappingProxyType(
    {
        Severity.CALL: (
            ChainStep(0, (DESK,)),
            ChainStep(2 * _MINUTE, (DUTY,)),
            ChainStep(5 * _MINUTE, (SECOND,)),
            ChainStep(10 * _MINUTE, (EVERYBODY, HEAD)),
        ),
        Severity.CRITICAL: (
            ChainStep(0, (DESK, DUTY)),
            ChainStep(15 * _MINUTE, (SECOND,)),
            ChainStep(30 * _MINUTE, (EVERYBODY, HEAD)),
        ),
        Severity.WARNING: (ChainStep(0, (DESK, DUTY)),),
        Severity.INFO: (ChainStep(0, (DESK,)),),
    }
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is told, and in which steps. `channels`: the tables that crisis/alarm/channels reads."""

    people: Mapping[str, Person]
    chains: Mapping[Severity, Chain]
    head: str = ""
    channels: Mapping[str, Any] = field(default_factory=dict)

    def person(self, name: str) -> Person | None:
        """The person of this name; upper and lower case are the same."""
        return self.people.get(name) or next(
            (person for person in self.people.values() if person.name.casefold() == name.casefold()), None
        )


EMPTY = Plan(MappingProxyType({}), CHAINS)


def read(path: Path) -> Plan:
    """The plan in this file; an empty one when there is none.

    Raises OperatorError, which says where something is wrong and what to write instead.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return EMPTY
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}", "it must belong to the node's user") from error
    return parse(content, str(path))


def parse(content: bytes, where: str = FILE) -> Plan:
    """The plan that stands in the file. Raises OperatorError."""
    try:
        found = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise OperatorError(f"{where} is not UTF-8", "save it as UTF-8, so that umlauts are right") from error
    except tomllib.TOMLDecodeError as error:
        raise OperatorError(f"{where} is not TOML: {error}", _SEE) from error
    unknown = set(found) - set(_SECTIONS)
    if unknown:
        raise OperatorError(
            f"{where}: there is no table [{min(unknown)}]", f"the tables are {', '.join(_SECTIONS)}; {_SEE}"
        )
    channels = _table(found, "channels", where)
    people = {name: _person(name, each, channels, where) for name, each in _table(found, "people", where).items()}
    chains = {**CHAINS, **_chains(_table(found, "chains", where), people, where)}
    head = _head(_table(found, "staff", where), people, where)
    return Plan(MappingProxyType(people), MappingProxyType(chains), head, MappingProxyType(channels))


def _table(found: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    value = found.get(name, {})
    if not isinstance(value, dict):
        raise OperatorError(f"{where}: {name} is no table", f"write [{name}.NAME]; {_SEE}")
    return value


def _person(name: str, value: Any, channels: Mapping[str, Any], where: str) -> Person:
    here = f"{where}, [people.{name}]"
    if not isinstance(value, dict) or not _PERSON.fullmatch(name):
        raise OperatorError(f"{here}: no person", f'write [people.NAME] with channel = "address"; {_SEE}')
    fields = dict(value)
    language = fields.pop("language", "de")
    if language not in LANGUAGES:
        raise OperatorError(f"{here}: there is no language {language!r}", f"one of {', '.join(LANGUAGES)}")
    order = fields.pop("order", list(fields))
    for channel, address in fields.items():
        if channel not in channels:
            raise OperatorError(f"{here}: there is no channel {channel!r}", f"add [channels.{channel}]; {_SEE}")
        if not isinstance(address, str) and address is not True:
            raise OperatorError(
                f"{here}: {channel} has no address", f'write {channel} = "address", or true without one'
            )
    if not isinstance(order, list) or set(order) != set(fields):
        raise OperatorError(f"{here}: order must name each channel once", f"order = {list(fields)!r}".replace("'", '"'))
    return Person(name, tuple((each, _address(fields[each])) for each in order), language)


def _address(value: Any) -> str:
    return "" if value is True else str(value)


def _chains(found: Mapping[str, Any], people: Mapping[str, Person], where: str) -> dict[Severity, Chain]:
    made: dict[Severity, Chain] = {}
    for name, value in found.items():
        here = f"{where}, [chains.{name}]"
        if name not in set(Severity):
            raise OperatorError(f"{here}: there is no such severity", f"one of {', '.join(Severity)}")
        steps = value.get("steps") if isinstance(value, dict) else None
        if not isinstance(steps, list) or not 0 < len(steps) <= _STEPS_MAX:
            raise OperatorError(f"{here}: no steps", f'steps = [{{after_minutes = 0, to = ["duty"]}}]; {_SEE}')
        chain = tuple(_step(each, people, here) for each in steps)
        if list(chain) != sorted(chain, key=lambda step: step.after_seconds):
            raise OperatorError(f"{here}: a later step comes earlier", "write the steps in the order of their minutes")
        made[Severity(name)] = chain
    return made


def _step(value: Any, people: Mapping[str, Person], here: str) -> ChainStep:
    minutes, to = (value.get("after_minutes"), value.get("to")) if isinstance(value, dict) else (None, None)
    if not isinstance(minutes, int | float) or isinstance(minutes, bool) or not 0 <= minutes <= _MINUTES_MAX:
        raise OperatorError(f"{here}: a step without its minutes", "after_minutes = 0, at most 1440")
    if not isinstance(to, list) or not to:
        raise OperatorError(f"{here}: a step that tells nobody", f"to = a list of {_named(TARGETS)}, or people's names")
    for target in to:
        if target not in TARGETS and target not in people:
            raise OperatorError(f"{here}: nobody is called {target!r}", f"one of {_named(TARGETS)}, or a [people.NAME]")
    return ChainStep(float(minutes) * _MINUTE, tuple(to))


def _head(found: Mapping[str, Any], people: Mapping[str, Person], where: str) -> str:
    unknown = set(found) - {"head"}
    if unknown:
        raise OperatorError(f"{where}, [staff]: there is no {min(unknown)!r}", 'head = "NAME"')
    head = found.get("head", "")
    if head and head not in people:
        raise OperatorError(f"{where}, [staff]: nobody is called {head!r}", f"add [people.{head}]")
    return str(head)


def _named(names: Iterable[str]) -> str:
    return ", ".join(names)
