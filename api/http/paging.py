"""Pages of a list: how many items, and where the next page is."""

from urllib.parse import urlencode

from fastapi import Request

from api.http import problems
from kiezbox.settings import ApiSettings


def limit(requested: int | None, settings: ApiSettings) -> int:
    """The most items that this page may have. Raises a 422 problem for more than the settings allow."""
    if requested is None:
        return min(settings.page_limit, settings.page_limit_max)
    if requested > settings.page_limit_max:
        most = settings.page_limit_max
        raise problems.invalid("limit", f"at most {most}: ask limit={most}, and follow `next` to the end")
    return requested


def link(request: Request, cursor: str | None) -> str | None:
    """The `Link` header (RFC 8288) of the next page: the same address with another cursor; None on the last page."""
    if cursor is None:
        return None
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f'<{request.url.path}?{urlencode([*others, ("cursor", cursor)])}>; rel="next"'
