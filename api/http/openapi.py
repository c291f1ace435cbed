"""The OpenAPI document: FastAPI's, with every error under its real media type."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib import metadata
from typing import Any

from fastapi import FastAPI, routing

from api.http import problems

DESCRIPTION = """Readings of neighbourhood boxes: who they are, what they measured, what they measure now.

- A list is `{"items": [...], "next": cursor or null}`; the header `Link` carries the address of the next page.
- Times are RFC 3339 in UTC. `age_s` is seconds until the answer was made: nothing here pretends to be live.
- What phones poll has an `ETag`: send it back as `If-None-Match`, and an unchanged list costs a 304 without a body.
- A district is two hexadecimal digits, as in box ids and topics: district 113 is `71`.
- Errors are `application/problem+json` (RFC 9457). Parameters that an address does not know are refused by name.
- Units are UCUM codes.
- Means are of time, of the kind that the quantity has (`averaging`); `coverage` is how much of their time was heard.
"""
_FIRST_ERROR = 400


class Application(FastAPI):
    """FastAPI as each of our applications uses it, whose OpenAPI document is corrected."""

    def __init__(self, summary: str, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]) -> None:
        super().__init__(
            title="Kiezbox",
            summary=summary,
            description=DESCRIPTION,
            version=metadata.version("kiezbox"),
            lifespan=lifespan,
            docs_url=None,  # FastAPI's pages load scripts from servers of others
            redoc_url=None,
            redirect_slashes=False,
        )

    def openapi(self) -> dict[str, Any]:
        """The document; made once, on the first request for it."""
        is_made = self.openapi_schema is not None
        document = super().openapi()
        if not is_made:
            document.setdefault("components", {}).setdefault("schemas", {}).update(problems.schemas())
            for path in document["paths"].values():
                for operation in path.values():
                    _correct(operation["responses"])
            for context in routing.iter_route_contexts(self.routes):
                for method in context.methods or ():
                    operation = document["paths"].get(context.path, {}).get(method.lower())
                    if operation is not None:
                        _restore(operation["responses"], context.responses)
        return document


def _correct(responses: dict[str, dict[str, Any]]) -> None:
    """FastAPI lists every described body under the media type of the route; errors have a media type of their own."""
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= _FIRST_ERROR and content:
            (schema,) = [entry["schema"] for entry in content.values() if "schema" in entry]
            response["content"] = {problems.MEDIA_TYPE: {"schema": schema}}


def _restore(responses: dict[str, dict[str, Any]], declared: Mapping[int | str, Mapping[str, Any]]) -> None:
    """FastAPI removes every null from examples; but here a null says that a value is not known, or that a list ends."""
    for status, response in declared.items():
        for media_type, content in response.get("content", {}).items():
            if "example" in content:
                responses[str(status)]["content"][media_type]["example"] = content["example"]
