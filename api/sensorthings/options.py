"""The query options of a request, and of each $expand inside it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from api.sensorthings import entities, expressions, grammar
from api.sensorthings.entities import EntitySet
from api.sensorthings.expressions import Expression
from api.sensorthings.formats import Format
from api.sensorthings.grammar import Ordering

TOP = 100  # entities of a page when $top is not given
TOP_MAX = 1_000
SKIP_MAX = 1_000_000
EXPAND_MAX = 10  # navigations that one request may expand
_DIGITS_MAX = 9

_NAMES = ("$filter", "$expand", "$select", "$orderby", "$top", "$skip", "$count", "$resultFormat", "$skiptoken")
_CONTROL = ("@iot.id", "id", "@iot.selfLink")


@dataclass(frozen=True, slots=True)
class Options:
    """The query options for one set of entities."""

    filter: Expression | None = None
    expand: Mapping[str, "Options"] = field(default_factory=dict)
    select: frozenset[str] | None = None
    orderby: tuple[Ordering, ...] = ()
    top: int | None = None
    skip: int = 0
    is_counted: bool = False
    format: Format | None = None  # None: the JSON of the standard
    after: str | None = None  # the $skiptoken: where the page before ended
    given: Mapping[str, str] = field(default_factory=dict)  # as it was written, for links

    @property
    def limit(self) -> int:
        """The most entities that a page may hold."""
        return min(TOP if self.top is None else self.top, TOP_MAX)


def read(entity: EntitySet, pairs: Iterable[tuple[str, str]]) -> Options:
    """The options of a request. Raises a 400 problem."""
    return _read(entity, {name: (value, 0) for name, value in _once(pairs)}, [EXPAND_MAX])


def _once(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    seen = set()
    for name, value in pairs:
        if name not in _NAMES:
            # 18-088, 9.3.3: 501 for a system query option that is not supported.
            status = 501 if name.startswith("$") else 400
            raise expressions.mistake(name, f"unknown option; this address knows {', '.join(_NAMES)}", status=status)
        if name in seen:
            raise expressions.mistake(name, "given twice")
        seen.add(name)
        yield name, value


def _read(entity: EntitySet, given: Mapping[str, tuple[str, int]], budget: list[int]) -> Options:
    def text(name: str) -> str | None:
        return given[name][0] if name in given else None

    return Options(
        filter=grammar.read_filter(*given["$filter"]) if "$filter" in given else None,
        expand=_expand(entity, *given["$expand"], budget) if "$expand" in given else {},
        select=_select(entity, *given["$select"]) if "$select" in given else None,
        orderby=grammar.read_orderby(*given["$orderby"]) if "$orderby" in given else (),
        top=_number("$top", text("$top")),
        skip=_number("$skip", text("$skip")) or 0,
        is_counted=_flag("$count", text("$count")),
        format=_format(entity, text("$resultFormat")),
        after=text("$skiptoken"),
        given=MappingProxyType({name: value for name, (value, _) in given.items()}),
    )


def _number(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS_MAX):
        raise expressions.mistake(name, "a whole number, 0 or more, is needed")
    if name == "$skip" and int(value) > SKIP_MAX:
        raise expressions.mistake(name, f"at most {SKIP_MAX}; follow @iot.nextLink instead")
    return int(value)


def _flag(name: str, value: str | None) -> bool:
    if value not in (None, "true", "false"):
        raise expressions.mistake(name, "true or false is needed")
    return value == "true"


def _format(entity: EntitySet, value: str | None) -> Format | None:
    if value is None:
        return None
    found = next((each for each in Format if each.lower() == value.lower()), None)
    if found is None or (found is Format.DATA_ARRAY and entity is not entities.OBSERVATIONS):
        raise expressions.mistake("$resultFormat", f"{', '.join(Format)} are known, dataArray of Observations only")
    return found


def _select(entity: EntitySet, text: str, offset: int) -> frozenset[str]:
    known = (*_CONTROL, *entity.shown, *entity.members, *entity.navigations)
    found = set()
    for part, at in _split(text, ",", offset):
        if part not in known:
            raise expressions.mistake("$select", f"{entity.name} have no {part!r}, but {', '.join(known)}", at)
        found.add("@iot.id" if part == "id" else part)
    return frozenset(found)


def _expand(entity: EntitySet, text: str, offset: int, budget: list[int]) -> Mapping[str, Options]:
    found: dict[str, Options] = {}
    for item, at in _split(text, ",", offset):
        head, bracket, rest = item.partition("(")
        path, *inner = head.strip().split("/")
        navigation = entity.navigations.get(path)
        if navigation is None:
            raise expressions.mistake(
                "$expand", f"{entity.name} lead to {', '.join(entity.navigations)}, not {path!r}", at
            )
        budget[0] -= 1
        if budget[0] < 0:
            raise expressions.mistake("$expand", f"expands more than {EXPAND_MAX} times", at)
        target = entities.SETS[navigation.target]
        if bracket and not item.endswith(")"):
            raise expressions.mistake("$expand", "a closing parenthesis is missing", at + len(item))
        if inner:  # Datastreams/Sensor(...) is Datastreams($expand=Sensor(...))
            given = {"$expand": (item[len(path) + 1 :].lstrip(), at + len(path) + 1)}
        else:
            given = _inner(rest[:-1], at + len(head) + 1) if bracket else {}
        options = _read(target, given, budget)
        found[path] = _merge(found[path], options, at) if path in found else options
    return MappingProxyType(found)


def _merge(one: Options, other: Options, at: int) -> Options:
    """The options of a navigation that is expanded twice: `Datastreams/Sensor,Datastreams/Thing` expands both."""
    if (set(one.given) | set(other.given)) - {"$expand"}:
        raise expressions.mistake("$expand", "expanded twice with options; give all of them in one place", at)
    expand = dict(one.expand)
    for name, options in other.expand.items():
        expand[name] = _merge(expand[name], options, at) if name in expand else options
    texts = [options.given["$expand"] for options in (one, other) if "$expand" in options.given]
    return Options(
        expand=MappingProxyType(expand), given=MappingProxyType({"$expand": ",".join(texts)} if texts else {})
    )


def _inner(text: str, offset: int) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for part, at in _split(text, ";", offset):
        name, equals, value = part.partition("=")
        if not equals or name not in _NAMES or name in ("$skiptoken", "$resultFormat"):
            raise expressions.mistake("$expand", f"cannot read the option {part!r}", at)
        if name in found:
            raise expressions.mistake("$expand", f"{name} is given twice", at)
        found[name] = (value, at + len(name) + 1)
    return found


def _split(text: str, separator: str, offset: int) -> Iterator[tuple[str, int]]:
    """The parts between separators outside quotes and parentheses, trimmed, each with where it begins."""
    depth, is_quoted, begin = 0, False, 0
    for end, letter in enumerate(text + separator):
        is_last = end == len(text)
        if letter == "'" and not is_last:
            is_quoted = not is_quoted
        elif not is_quoted:
            depth += (letter == "(") - (letter == ")")
        if is_last or (letter == separator and depth == 0 and not is_quoted):
            part = text[begin:end]
            stripped = part.strip()
            if not stripped:
                raise expressions.mistake(
                    "$expand" if separator == ";" else "$select or $expand", "an empty part", offset + begin
                )
            yield stripped, offset + begin + len(part) - len(part.lstrip())
            begin = end + 1
