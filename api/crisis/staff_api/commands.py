"""What staff do: the node gets a command, which becomes events on the disk; or a problem that says why not."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from api.crisis import refusals
from api.crisis.auth.principal import Principal
from api.http.problems import Problem, Slug
from crisis.model.commands import Command
from crisis.model.events import Event
from crisis.node import Node
from crisis.state.rules import Refusal

_Content = TypeVar("_Content")


async def act(node: Node, command: Command, principal: Principal) -> tuple[Event, ...]:
    """The events, on the disk and in the state. Raises Problem for a refusal; Full and Unwritable from the disk."""
    found = await node.act(command, principal.actor)
    if isinstance(found, Refusal):
        raise refusals.refused(found)
    return found


def content(kind: type[_Content], body: Mapping[str, Any]) -> _Content:
    """The content that a request's body describes. Raises Problem 422 with a pointer to each wrong value."""
    try:
        made: _Content = TypeAdapter(kind).validate_python(dict(body), strict=False)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        items = [
            {"pointer": "#/" + "/".join(map(str, each["loc"])), "detail": _sentence(each["msg"])} for each in found
        ]
        detail = "; ".join(f"{item['pointer']}: {item['detail']}" for item in items)
        raise Problem(422, Slug.INVALID_BODY, "Invalid body", detail, errors=items) from None
    return made


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")
