"""What staff do: a command meets the node, and becomes events on the disk; or a problem that says why not."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from api.http import problems
from api.http.problems import Problem, Slug
from crisis.model.commands import Actor, Command
from crisis.model.events import Event
from crisis.node import Node
from crisis.state.rules import Refusal, Why

_Content = TypeVar("_Content")

_STATUSES = {
    Why.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Why.BAD_VALUE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Why.UNKNOWN: HTTPStatus.NOT_FOUND,
}  # any other: 409, the state does not allow it

_SENTENCES = {
    Why.NOT_ALLOWED: "Your role may not do this; the right that it takes is {detail}.",
    Why.BAD_VALUE: "A value is not possible. {detail}",
    Why.UNKNOWN: "Nothing here has the id {detail}.",
    Why.NEEDS_SECOND_PERSON: "An emergency takes two people: propose it, and let somebody else confirm it."
    " A commander may set it alone.",
    Why.OWN_PROPOSAL: "You proposed this yourself: somebody else must confirm it.",
    Why.PROPOSAL_LAPSED: "This proposal is older than an hour. Propose it again, as things are now.",
    Why.ALREADY_PROPOSED: "This is proposed already: confirm the proposal {detail}.",
    Why.ALREADY_SO: "Nothing would change: it is so already.",
    Why.IS_WITHDRAWN: "The notice was withdrawn ({detail}). Publish a new one.",
    Why.IS_REPLACED: "The notice was replaced by {detail}: change that one.",
    Why.IS_OVER: "It would end in the past ({detail}).",
    Why.IS_CLOSED: "It is closed already. {detail}",
    Why.IS_TAKEN: "{detail} has taken this call. Send `over`: true to take it over.",
    Why.NOT_TAKEN: "Somebody must take the call before it can be closed.",
}


async def done(node: Node, command: Command, who: Actor) -> tuple[Event, ...]:
    """The events, on the disk and in the state. Raises Problem for a refusal; Full and Unwritable from the disk."""
    found = await node.act(command, who)
    if isinstance(found, Refusal):
        raise refused(found)
    return found


def refused(refusal: Refusal) -> Problem:
    """The problem that a refusal is; its `why` is for programs, its `about` names the person, the id or the value."""
    status = _STATUSES.get(refusal.why, HTTPStatus.CONFLICT)
    slug = Slug.UNKNOWN_THING if refusal.why is Why.UNKNOWN else Slug.REFUSED
    return Problem(
        status,
        slug,
        "Not done",
        _SENTENCES[refusal.why].format(detail=refusal.detail).strip(),
        extra={"why": refusal.why.value, "about": refusal.detail},
    )


def content(kind: type[_Content], told: Mapping[str, Any]) -> _Content:
    """The content that a request's body describes. Raises Problem 422 with a pointer to each value that is wrong."""
    try:
        made: _Content = TypeAdapter(kind).validate_python(dict(told), strict=False)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        items = [{"pointer": "#/" + "/".join(map(str, each["loc"])), "detail": _said(each["msg"])} for each in found]
        detail = "; ".join(f"{item['pointer']}: {item['detail']}" for item in items)
        raise Problem(422, problems.Slug.INVALID_BODY, "Invalid body", detail, errors=items) from None
    return made


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")
