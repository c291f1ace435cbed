"""What a client of an HTTP API builds upon, out of its OpenAPI document: no sentences, and no names of components."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

_WORDS = frozenset({"title", "description", "examples", "example", "summary", "$defs", "discriminator"})
_STRUCTURE = frozenset({"properties", "required", "items", "anyOf", "oneOf", "allOf", "prefixItems"})
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def operations(document: Json) -> Json:
    """The operations by "GET /path": parameters, bodies and answers, each with its fields by media type."""
    return {
        f"{method.upper()} {path}": _operation(operation, document)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in _METHODS
    }


def fields(schema: Any, document: Json) -> dict[str, str]:
    """The fields of a schema by their path (`items[].box`), each with its types and limits; "" is the schema itself."""
    found: dict[str, set[str]] = {}
    for path, text in _fields(_Place(document), schema):
        found.setdefault(path, set()).add(text)
    return {path: " | ".join(sorted(texts)) for path, texts in sorted(found.items())}


def _operation(operation: Json, document: Json) -> Json:
    parameters = [_resolved(parameter, document) for parameter in operation.get("parameters", ())]
    found: Json = {
        "parameters": {
            f"{parameter['in']} {parameter['name']}": {
                "required": parameter.get("required", False),
                "schema": fields(parameter["schema"], document),
            }
            for parameter in parameters
        },
        "responses": {
            status: _contents(_resolved(response, document), document)
            for status, response in operation["responses"].items()
        },
    }
    if "requestBody" in operation:
        body = _resolved(operation["requestBody"], document)
        found["body"] = {"required": body.get("required", False), **_contents(body, document)}
    if "security" in operation:
        found["security"] = operation["security"]
    return found


def _contents(holder: Json, document: Json) -> Json:
    """The media types of a body, with the fields of each."""
    return {media: fields(entry.get("schema", {}), document) for media, entry in holder.get("content", {}).items()}


class _Place(NamedTuple):
    """Where in a document a schema is looked at."""

    document: Json
    path: str = ""
    references: tuple[str, ...] = ()  # that led here: a schema may hold itself
    mark: str = ""

    def below(self, step: str, *, is_required: bool = False) -> _Place:
        path = f"{self.path}{step}".removeprefix(".")
        return self._replace(path=path, mark=" (required)" if is_required else "")


def _fields(at: _Place, schema: Any) -> Iterator[tuple[str, str]]:
    """Each path with what it may be; one that may be different things comes several times."""
    if isinstance(schema, bool):
        yield at.path, f"{schema}".lower() + at.mark
        return
    if "$defs" in schema:  # definitions of its own
        own = {**at.document.get("$defs", {}), **schema["$defs"]}
        at = at._replace(document={**at.document, "$defs": own})
    reference = schema.get("$ref")
    if reference is not None:
        if reference in at.references:
            yield at.path, f"recursive{at.mark}"
            return
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        behind = at._replace(references=(*at.references, reference))
        yield from _fields(behind, {**_resolved(schema, at.document), **beside})
        return
    facts = {key: value for key, value in schema.items() if key not in _WORDS | _STRUCTURE}
    if facts or not _STRUCTURE & schema.keys():
        yield at.path, _described(facts) + at.mark
    yield from _parts(at, schema)


def _parts(at: _Place, schema: Json) -> Iterator[tuple[str, str]]:
    """The schemas within a schema."""
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        yield from _fields(at.below(f".{name}", is_required=name in required), part)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _fields(at.below(".*"), schema["additionalProperties"])
    if "items" in schema:
        yield from _fields(at.below("[]"), schema["items"])
    for number, part in enumerate(schema.get("prefixItems", ())):
        yield from _fields(at.below(f"[{number}]"), part)
    for word in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(word, ()):
            yield from _fields(at, part)


def _described(facts: Json) -> str:
    """`integer, minimum 1`."""
    rest = {key: "..." if isinstance(value, dict) else value for key, value in facts.items() if key != "type"}
    texts = [f"{key} {json.dumps(value, sort_keys=True, ensure_ascii=False)}" for key, value in sorted(rest.items())]
    return ", ".join([str(facts.get("type", "any")), *texts])


def _resolved(part: Json, document: Json) -> Json:
    """What a `$ref` points to, or the part itself."""
    if "$ref" not in part:
        return part
    found: Json = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found
