"""What others build upon, as plain data: HTTP API, command line, settings, metrics, and the names of the schema.

Sentences, titles, operation ids and the names of OpenAPI components are left out: they may change.

python -m tests.support.public_surface    after an intended change: writes tests/public_surface.json again
"""

from __future__ import annotations

import enum
import hashlib
import json
import re
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from prometheus_client.metrics import MetricWrapperBase

from api import app as application
from kiezbox import metrics, settings
from stack import cli, lazy_group
from tests.support import openapi_surface

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "tests" / "public_surface.json"
COMMAND = "python -m tests.support.public_surface"

Json = dict[str, Any]


def surface(schema: str) -> Json:
    """Everything; `schema` is the text of tests/storage/schemas/newest.sql."""
    return {
        "http": {role: http(role) for role in ("hub", "box")},
        "commands": commands(),
        "settings": variables(),
        "metrics": declared_metrics(),
        "schema": relations(schema),
    }


def differences(before: Any, after: Any, where: str = "") -> Iterator[str]:
    """A line for each value that is not the same, with the way to it."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            path = f"{where} > {key}" if where else key
            if key not in after:
                yield f"{path}: is gone"
            elif key not in before:
                yield f"{path}: is new"
            else:
                yield from differences(before[key], after[key], path)
    elif before != after:
        yield f"{where}: {json.dumps(before)} became {json.dumps(after)}"


def http(role: str) -> Json:
    """The operations of an application."""
    app = application.create(settings.Settings.model_validate({"role": role}), lambda _error: None)
    return openapi_surface.operations(app.openapi())


# -- commands, settings, metrics -------------------------------------------------------------------------------------


def commands() -> Json:
    """Every command with its options and arguments, by what is typed to reach it."""
    group = typer.main.get_command(cli.app)
    found = {"kiezbox": dict(map(_parameter, group.params))}
    for name in sorted(cli.COMMANDS):
        found |= _commands(lazy_group.load(name), (name,))
    return found


def _commands(command: Any, above: tuple[str, ...]) -> Iterator[tuple[str, Json]]:
    name = " ".join(("kiezbox", *above))
    yield name, dict(map(_parameter, command.params))
    for word, below in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(below, (*above, word))


def _parameter(parameter: Any) -> tuple[str, Json]:
    """An option by its names, or an argument by what help calls it; what is not said is as usual."""
    is_argument = parameter.param_type_name == "argument"
    default = None if callable(parameter.default) else json.loads(json.dumps(parameter.default, default=str))
    found = {
        "type": _type(parameter.type_descriptor.annotation),
        "min": parameter.min,
        "max": parameter.max,
        "required": parameter.required or None,
        "many": parameter.multiple or parameter.nargs != 1 or None,
        "default": default,
    }
    names = (
        f"argument {parameter.metavar or parameter.name}"
        if is_argument
        else " ".join([*parameter.opts, *parameter.secondary_opts])
    )
    return names, {key: value for key, value in found.items() if value is not None}


def _type(annotation: Any) -> str:
    """The name of a type, without its module; of an enumeration its values."""
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return " | ".join(sorted(str(member.value) for member in annotation))
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation.__name__
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", str(annotation))


def variables() -> Json:
    """Every setting by its environment variable, with type, limits and default."""
    models = {f"{section}_": model for section, model in settings.sections().items()} | {"": settings.Settings}
    found: Json = {}
    for prefix, model in models.items():
        document = model.model_json_schema()
        for name, schema in document["properties"].items():
            variable = f"{settings.PREFIX}{prefix}{name}".upper()
            if variable in settings.names():
                found[variable] = {
                    "default": settings.names()[variable][0],
                    "type": openapi_surface.fields(schema, document),
                }
    return found


def declared_metrics() -> Json:
    """Every metric by its name, with its type and its labels."""
    declared = [metric for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)]
    return {metric._name: {"type": metric._type, "labels": list(metric._labelnames)} for metric in declared}


# -- the schema ------------------------------------------------------------------------------------------------------

_TABLE = re.compile(r"^CREATE TABLE public\.(\w+) \(\n(.*?)\n\);$", re.MULTILINE | re.DOTALL)
_VIEW = re.compile(r"^CREATE VIEW public\.(\w+) AS\n(.*?);$", re.MULTILINE | re.DOTALL)
_ROUTINE = re.compile(r"^CREATE (FUNCTION|PROCEDURE) public\.(\w+)(.*)$", re.MULTILINE)
_COLUMN = re.compile(r"^    (\w+|\"\w+\") (.+?),?$", re.MULTILINE)
# pg_dump writes each column of a view's own SELECT on a line that is not further in than eight spaces.
_CHOSEN = re.compile(r"^(?: SELECT |    (?! )|        END )(?:.*\bAS |(?:\w+\.)?)(\w+),?$")


def relations(schema: str) -> Json:
    """Tables and views with their columns, functions and procedures with their arguments."""
    return {
        "tables": {
            name: {column: kind for column, kind in _COLUMN.findall(body) if column != "CONSTRAINT"}
            for name, body in _TABLE.findall(schema)
        },
        "views": {name: list(_columns(body)) for name, body in _VIEW.findall(schema)},
        "routines": {name: f"{kind.lower()}{signature}" for kind, name, signature in _ROUTINE.findall(schema)},
    }


def _columns(view: str) -> Iterator[str]:
    for line in re.split(r"\n   FROM|\nUNION", view, maxsplit=1)[0].splitlines():
        found = _CHOSEN.match(line)
        if found:
            yield found[1]


def written(found: Json) -> str:
    """The text of tests/public_surface.json: bodies stand in it once, under a checksum, however often they are used."""
    bodies: Json = {}

    def short(body: Json) -> str:
        text = json.dumps(body, sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:12]
        bodies[key] = body
        return key

    compact = {**found, "http": _with_bodies(found["http"], short), "bodies": bodies}
    return json.dumps(compact, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read(text: str) -> Json:
    """The inverse of `written`."""
    found: Json = json.loads(text)
    bodies = found.pop("bodies")
    return {**found, "http": _with_bodies(found["http"], bodies.__getitem__)}


def _with_bodies(http_surface: Json, change: Callable[[Any], Any]) -> Json:
    def changed(contents: Json) -> Json:
        return {media: change(body) if "/" in media else body for media, body in contents.items()}

    return {
        role: {
            name: {
                **operation,
                "responses": {status: changed(contents) for status, contents in operation["responses"].items()},
                **({"body": changed(operation["body"])} if "body" in operation else {}),
            }
            for name, operation in operations.items()
        }
        for role, operations in http_surface.items()
    }


def newest_schema() -> str:
    """The schema as tests/storage/test_schema.py holds it against a database."""
    return (ROOT / "tests" / "storage" / "schemas" / "newest.sql").read_text(encoding="utf-8")


if __name__ == "__main__":
    FILE.write_text(written(surface(newest_schema())), encoding="utf-8")
