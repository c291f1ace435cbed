"""Resource paths (18-088, 9.2): what an address under the root of the service asks for."""

import re
from dataclasses import dataclass

from api.http import problems
from api.http.problems import Problem
from api.sensorthings import entities
from api.sensorthings.entities import EntitySet, Navigation

ROOT = "/sensorthings/v1.1"

_SEGMENT = re.compile(r"([A-Za-z$@][A-Za-z.]*)(?:\(((?:'(?:[^']|'')*'|-?\d{1,19}))\))?(?:/|$)")
_STEPS_MAX = 8
_INTEGER_MAX = 2**31 - 1

Key = str | int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a set, or one entity of it by its key or as what a navigation to one leads to."""

    entity: EntitySet
    navigation: Navigation | None  # from the step before
    key: Key | None

    @property
    def is_single(self) -> bool:
        """Whether this step leads to one entity."""
        return self.key is not None or (self.navigation is not None and not self.navigation.is_many)


@dataclass(frozen=True, slots=True)
class Address:
    """Steps to a set or an entity; then perhaps a property or a member of one, its bare value, or only links."""

    steps: tuple[Step, ...]
    property: tuple[str, ...] = ()  # its name, then those of members of JSON objects
    is_value: bool = False
    is_reference: bool = False


def read(path: str) -> Address:
    """Read a path, without the root and its slash. Raises a 404 problem."""
    steps: list[Step] = []
    position = 0
    while position < len(path):
        match = _SEGMENT.match(path, position)
        if match is None or len(steps) >= _STEPS_MAX:
            raise missing()
        step = _step(steps[-1] if steps else None, match[1], match[2])
        if step is None:
            return _ending(tuple(steps), path[position:].rstrip("/").split("/"))
        steps.append(step)
        position = match.end()
    if not steps:
        raise missing()
    return Address(tuple(steps))


def missing() -> Problem:
    """The 404 problem of an address that leads nowhere."""
    return problems.plain(404, f"Nothing is at this address. {ROOT} says what there is; a text key stands in quotes.")


def quoted(key: Key) -> str:
    """A key as it stands in an address, before percent-encoding."""
    return str(key) if isinstance(key, int) else "'" + key.replace("'", "''") + "'"


def _step(before: Step | None, name: str, key: str | None) -> Step | None:
    if before is None:
        entity, navigation = entities.SETS.get(name), None
        if entity is None:
            raise missing()
    else:
        navigation = before.entity.navigations.get(name) if before.is_single else None
        if navigation is None:
            return None
        entity = entities.SETS[navigation.target]
    if key is not None and navigation is not None and not navigation.is_many:
        raise missing()
    return Step(entity, navigation, None if key is None else _key(entity, key))


def _key(entity: EntitySet, text: str) -> Key:
    is_text = text.startswith("'")
    if is_text != (entity.key_type == "text"):
        raise missing()
    if is_text:
        if "\0" in text:  # PostgreSQL's texts cannot hold it
            raise missing()
        return text[1:-1].replace("''", "'")
    if abs(int(text)) > _INTEGER_MAX:
        raise missing()
    return int(text)


def _ending(steps: tuple[Step, ...], parts: list[str]) -> Address:
    last = steps[-1]
    match parts:
        case ["$ref"]:
            return Address(steps, is_reference=True)
        case [name, *members, "$value"] if last.is_single and name in last.entity.shown:
            return Address(steps, property=(name, *members), is_value=True)
        case [name, *members] if last.is_single and name in last.entity.shown:
            return Address(steps, property=(name, *members))
        case _:
            raise missing()
