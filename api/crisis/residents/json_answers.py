"""Whether a request asks for a page or for JSON."""

from fastapi import Request

from api.http import negotiation


def wants_page(request: Request) -> bool:
    """Whether a browser asks: it names HTML in Accept. Programs get JSON, as everywhere in the API."""
    return negotiation.is_named(negotiation.preferences(request.headers.get("accept")), "text/html")
