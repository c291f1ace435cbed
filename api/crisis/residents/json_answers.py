"""Whether a request asks for a page or for JSON."""

from fastapi import Request


def wants_page(request: Request) -> bool:
    """Whether a browser asks: it names HTML in Accept. Programs get JSON, as everywhere in the API."""
    return "text/html" in request.headers.get("accept", "")
