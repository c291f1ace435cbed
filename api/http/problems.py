"""Problem details for every error (RFC 9457): what is wrong, where, and what to do; nothing about our internals."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.http import public_address
from kiezbox.errors import Unavailable

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
UNAVAILABLE_STATUS = 503


class Slug(StrEnum):
    """Our own types of problems, `urn:kiezbox:problem:{slug}`. Others are plain HTTP errors, `about:blank`."""

    INVALID_PARAMETERS = "invalid-parameters"
    INVALID_CURSOR = "invalid-cursor"
    INVALID_QUERY = "invalid-query"
    NOT_ACCEPTABLE = "not-acceptable"
    NO_PARQUET = "no-parquet"
    UNKNOWN_BOX = "unknown-box"
    UNAVAILABLE = "unavailable"
    NOT_READY = "not-ready"
    TOO_MANY_STREAMS = "too-many-streams"
    NOT_SIGNED_IN = "not-signed-in"
    NOT_ALLOWED = "not-allowed"
    WALL_ONLY = "wall-only"
    WALL_NO_PAST = "wall-no-past"
    NOT_A_MOMENT = "not-a-moment"
    NO_SUCH_MOMENT = "no-such-moment"
    IN_THE_FUTURE = "in-the-future"
    NOT_KNOWN = "not-known"
    CROSS_SITE = "cross-site"
    TOO_MANY_REQUESTS = "too-many-requests"
    NO_ACCOUNTS = "no-accounts"
    INVALID_BODY = "invalid-body"
    TOO_LARGE = "too-large"
    DISK_FULL = "disk-full"
    NOT_KEPT = "not-kept"
    UNKNOWN_RECEIPT = "unknown-receipt"
    REFUSED = "refused"
    UNKNOWN_THING = "unknown-thing"
    HEAD_TOO_LARGE = "head-too-large"
    TOO_SLOW = "too-slow"
    TOO_MANY_CONNECTIONS = "too-many-connections"
    BAD_HOST = "bad-host"


class Item(BaseModel):
    """One thing that is wrong with a request, and where: a parameter, or a JSON pointer into the body."""

    parameter: str | None = Field(default=None, examples=["limit"])
    pointer: str | None = Field(default=None, examples=["#/texts/de"])
    detail: str = Field(examples=["Input should be greater than or equal to 1"])


class Details(BaseModel):
    """An error as RFC 9457 writes it."""

    type: str = Field(examples=["urn:kiezbox:problem:invalid-parameters"])
    title: str = Field(examples=["Invalid parameters"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["limit: Input should be greater than or equal to 1"])
    instance: str = Field(examples=["/v1/readings"])
    errors: list[Item] | None = None


class Problem(Exception):  # noqa: N818 -- the term of RFC 9457
    """Ends a request with these details, which `respond` writes."""

    def __init__(
        self,
        status: int,
        slug: Slug | None,
        title: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = headers
        self.extra = extra or {}


def respond(instance: str, problem: Problem) -> JSONResponse:
    """The response that carries a problem."""
    body: dict[str, Any] = {
        "type": f"urn:kiezbox:problem:{problem.slug}" if problem.slug else "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    return JSONResponse(
        {**body, **problem.extra}, status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE
    )


def plain(status: int, detail: str | None = None, headers: Mapping[str, str] | None = None) -> Problem:
    """The problem of a plain HTTP status; without `detail` its standard description."""
    known = HTTPStatus(status)
    return Problem(status, None, known.phrase, detail or known.description or known.phrase, headers=headers)


def unavailable(error: Unavailable) -> Problem:
    """503: what an answer needs is not available. The error's own text is in the log and in /readyz only."""
    return Problem(
        503,
        Slug.UNAVAILABLE,
        "Temporarily unavailable",
        f"No answer can be given now: {error.what} is not available. Try again soon; /readyz says more.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def invalid(parameter: str, detail: str) -> Problem:
    """422 for one query parameter that its type alone does not show to be wrong."""
    return _invalid([{"parameter": parameter, "detail": detail}])


def _invalid(errors: Sequence[Mapping[str, str]]) -> Problem:
    detail = "; ".join(f"{error.get('parameter') or error.get('pointer')}: {error['detail']}" for error in errors)
    return Problem(422, Slug.INVALID_PARAMETERS, "Invalid parameters", detail, errors=errors)


def _item(error: Mapping[str, Any], known: Sequence[str]) -> dict[str, str]:
    source, *path = error["loc"]
    detail = str(error["msg"]).removeprefix("Value error, ")
    if source == "body":
        pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
        return {"pointer": f"#{pointer}", "detail": detail}
    if error["type"] == "extra_forbidden":
        detail = f"unknown parameter; this address knows {', '.join(known) or 'none'}"
    return {"parameter": str(path[0]) if path else str(source), "detail": detail}


def _known_parameters(request: Request) -> list[str]:
    """The query parameters that the route and its dependencies have, for the message about an unknown one."""
    dependant = getattr(request.scope.get("route"), "dependant", None)
    return [] if dependant is None else _parameters(dependant)


def _parameters(dependant: Dependant) -> list[str]:
    names: list[str] = []
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            names += [entry.alias or name for name, entry in model.model_fields.items()]
        else:
            names.append(field.alias)
    for dependency in dependant.dependencies:
        names += _parameters(dependency)
    return names


async def _problem(request: Request, problem: Problem) -> JSONResponse:
    return respond(public_address.path(request.scope), problem)


async def _unavailable(request: Request, error: Unavailable) -> JSONResponse:
    return respond(public_address.path(request.scope), unavailable(error))


async def _validation(request: Request, error: RequestValidationError) -> JSONResponse:
    known = _known_parameters(request)
    return respond(public_address.path(request.scope), _invalid([_item(item, known) for item in error.errors()]))


async def answer_http_error(request: Request, error: HTTPException) -> JSONResponse:
    """The problem of an error of Starlette's, as of a path or method that no route has."""
    detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else None
    return respond(public_address.path(request.scope), plain(error.status_code, detail, error.headers))


async def _unexpected(request: Request, _error: Exception) -> JSONResponse:
    # The server logs the error with its stack trace; the client learns only that the server failed.
    return respond(public_address.path(request.scope), plain(500))


def install(app: FastAPI) -> None:
    """Answer every error of this application as a problem."""
    app.exception_handler(Problem)(_problem)
    app.exception_handler(Unavailable)(_unavailable)
    app.exception_handler(RequestValidationError)(_validation)
    app.exception_handler(HTTPException)(answer_http_error)
    app.exception_handler(Exception)(_unexpected)


_REFERENCE = "#/components/schemas/{model}"
_TITLES = {
    304: "Nothing changed since the answer whose ETag was sent; ages have grown by the time that passed",
    400: "Invalid cursor",
    401: "Nobody is signed in, or the session or token is over",
    403: "The role lacks the right, or the request came from another site",
    404: "Nothing has this name or id",
    406: "`Accept` allows none of the formats that this address has",
    409: "The state does not allow it; `why` says why",
    413: "The body is too large",
    422: "Invalid or unknown parameters",
    429: "Too many requests from here; `Retry-After` says when to ask again",
    501: "This server cannot write Parquet; the detail says what to ask or install",
    503: "Not available now; `Retry-After` says when to ask again",
    507: "The disk of this node is full: nothing of this was kept",
}


def schemas() -> dict[str, Any]:
    """The JSON schemas that `documented` refers to, by name."""
    document: dict[str, Any] = Details.model_json_schema(mode="serialization", ref_template=_REFERENCE)
    parts: dict[str, Any] = document.pop("$defs")
    return parts | {Details.__name__: document}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of a route, for its OpenAPI entry.

    They refer to the schema, which api/http/openapi.py adds. For a `model` FastAPI would build a validator for each
    response, which costs time at every start, and nothing uses it.
    """
    with_body = {"content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model=Details.__name__)}}}}
    return {
        status: {"description": _TITLES[status], **({} if status == HTTPStatus.NOT_MODIFIED else with_body)}
        for status in statuses
    }
