"""The OpenAPI document as a reader needs it: operations by subject, parameters and fields in flat tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_METHODS = ("get", "put", "post", "patch", "delete")
_DEPTH_MAX = 4
_OK = ("200", "201")
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body: `status.battery_percent`."""

    name: str
    where: str  # `query`, `path`, `header`; empty for a field of a body
    type: str
    description: Markup
    is_required: bool
    default: str
    example: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back with a status."""

    status: str
    description: Markup
    media_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program can ask."""

    id: str
    method: str
    path: str
    description: Markup
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]
    fields: tuple[Field, ...]
    example: str
    example_type: str
    needs_account: bool

    @property
    def link(self) -> str | None:
        """An address to try it in a browser; None for what changes something, or needs an account or a name."""
        if self.method != "GET" or self.needs_account or "{" in self.path:
            return None
        given = [(each.name, each.example) for each in self.parameters if each.example and each.where == "query"]
        wanted = [(name, value) for name, value in given if name in _TRIED]
        return f"{self.path}?{urlencode(wanted)}" if wanted else self.path


# What most readers look for; the others come after these, in the order of the document.
_FIRST = ("boxes", "readings", "quantities", "downloads", "sensorthings")
_TRIED = frozenset({"quantity", "limit"})  # narrow enough for a browser, and true on every server


@dataclass(frozen=True, slots=True)
class Subject:
    """Operations about one subject."""

    name: str
    operations: tuple[Operation, ...]


def subjects(document: Mapping[str, Any]) -> Sequence[Subject]:
    """All operations by subject, readers' first; within each those that need no account first."""
    found: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                (subject, *_) = operation.get("tags") or ["other"]
                found.setdefault(subject, []).append(_operation(document, path, method, operation))
    return [
        Subject(name, tuple(sorted(operations, key=lambda each: each.needs_account)))
        for name, operations in sorted(found.items(), key=lambda each: _place(each[0]))
    ]


def _place(subject: str) -> int:
    return _FIRST.index(subject) if subject in _FIRST else len(_FIRST)


def prose(text: str) -> Markup:
    """The little Markdown that docstrings have: paragraphs, lists of one level, and code between backticks."""
    return Markup("").join(_block(block) for block in text.strip().split("\n\n") if block.strip())


def _block(block: str) -> Markup:
    lines = block.splitlines()
    if not lines[0].startswith("- "):
        return Markup("<p>{}</p>").format(_code(" ".join(line.strip() for line in lines)))
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line[2:])
        else:
            items[-1] += f" {line.strip()}"
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(_code(item)) for item in items))


def _code(text: str) -> Markup:
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _operation(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    ok: Mapping[str, Any] = next(
        (operation["responses"][status] for status in _OK if status in operation["responses"]), {}
    )
    content: Mapping[str, Any] = ok.get("content", {})
    example_type = _JSON if _JSON in content else next(iter(content), "")
    described = content.get(example_type, {})
    body = operation.get("requestBody", {}).get("content", {}).get(_JSON, {})
    example = described.get("example")
    return Operation(
        id=f"{method}-{path}".replace("/", "-").replace("{", "").replace("}", "").strip("-"),
        method=method.upper(),
        path=path,
        description=prose(operation.get("description", "")),
        parameters=tuple(_parameter(document, each) for each in operation.get("parameters", ())),
        body=tuple(_fields(document, body.get("schema", {}))),
        answers=tuple(
            Answer(status, _code(answer.get("description", "")), tuple(answer.get("content", {})))
            for status, answer in operation["responses"].items()
        ),
        fields=tuple(_fields(document, described.get("schema", {}))),
        example=example if isinstance(example, str) else "" if example is None else _written(example),
        example_type=example_type,
        needs_account=bool(operation.get("security")),
    )


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _parameter(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> Field:
    schema = parameter["schema"]
    examples = schema.get("examples") or _present(schema).get("examples") or [""]
    example = examples[0][0] if isinstance(examples[0], list) else examples[0]
    description = parameter.get("description") or schema.get("description") or _present(schema).get("description", "")
    return Field(
        parameter["name"],
        parameter["in"],
        _parameter_type(document, schema),
        _code(description),
        parameter.get("required", False),
        "" if schema.get("default") is None else _plain(schema["default"]),
        _plain(example),
    )


def _parameter_type(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """As `_type`: that it may be left out is said by its not being required, and a list is given as several."""
    present = _present(schema)
    if present.get("type") == "array":
        return f"{_type(document, present.get('items', {}))}, also several"
    return _type(document, present)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _fields(
    document: Mapping[str, Any], schema: Mapping[str, Any], prefix: str = "", depth: int = 0
) -> Iterator[Field]:
    """The fields of an object and of the objects in it, each by its path."""
    schema = _resolved(document, schema)
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        inner = _resolved(document, _present(each))
        is_list = inner.get("type") == "array"
        element = _resolved(document, _present(inner.get("items", {}))) if is_list else inner
        yield Field(
            prefix + name,
            "",
            _type(document, each),
            _code(each.get("description") or inner.get("description", "")),
            name in required,
            "",
            "",
        )
        if element.get("properties") and depth < _DEPTH_MAX:
            yield from _fields(document, element, f"{prefix}{name}{'[]' if is_list else ''}.", depth + 1)


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        found: Mapping[str, Any] = document["components"]["schemas"].get(schema["$ref"].rpartition("/")[2], {})
        schema = found
    return schema


def _present(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a value is when it is not null."""
    options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return options[0] if len(options) == 1 else schema


def _type(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What a value is, in a few words: `integer, 1 or more`, `json | csv`, `list of text`, `number or null`."""
    options = schema.get("anyOf", ())
    is_nullable = any(each.get("type") == "null" for each in options)
    named = [_named(document, each) for each in options if each.get("type") != "null"] or [_named(document, schema)]
    return " or ".join(dict.fromkeys([*named, *(["null"] if is_nullable else [])]))


def _named(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    schema = _resolved(document, schema)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(document, schema.get('items', {}))}"
    name = {"string": "text", "object": "object"}.get(kind, str(kind))
    if kind == "string" and schema.get("format"):
        name = str(schema["format"])
    if "minimum" in schema:
        name += f", {schema['minimum']} or more"
    if "maximum" in schema:
        name += f", at most {schema['maximum']}"
    return name
