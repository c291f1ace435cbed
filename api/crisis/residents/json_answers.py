"""What programs get instead of a page: problems, and which of both somebody asked for."""

from fastapi import Request

from api.crisis import limits
from api.http import negotiation, problems
from crisis.log.errors import Full, NotKept

_RETRY_SECONDS = 30


def wants_page(request: Request) -> bool:
    """Whether a browser asks: it names HTML in Accept. Programs get JSON, as everywhere in the API."""
    return negotiation.is_named(negotiation.preferences(request.headers.get("accept")), "text/html")


def too_many(wait_seconds: float) -> problems.Problem:
    """The 429 of a client that has to wait."""
    return limits.refusal(wait_seconds)


def not_kept(error: NotKept) -> problems.Problem:
    """Why a call or report is not on the disk: 507 when there is no room, else 503."""
    if isinstance(error, Full):
        detail = "There is no room left on this node's disk. What was sent was NOT kept: find another way, or call 112."
        return problems.Problem(507, problems.Slug.DISK_FULL, "No room left", detail)
    detail = "This node's disk takes nothing now. What was sent was NOT kept: send it again soon, or call 112."
    headers = {"Retry-After": str(_RETRY_SECONDS)}
    return problems.Problem(503, problems.Slug.NOT_KEPT, "Not kept", detail, headers=headers)


def too_large(bytes_max: int) -> problems.Problem:
    """A body beyond what any text needs."""
    detail = f"The body has more than {bytes_max} bytes. Nothing was kept: send it again, shorter."
    return problems.Problem(413, problems.Slug.TOO_LARGE, "Too large", detail)


def unknown_type(known: str) -> problems.Problem:
    """A body that is neither JSON nor a form."""
    return problems.plain(415, f"Send {known}. Nothing was kept.")


def unknown_receipt() -> problems.Problem:
    """A receipt that is not there, or cannot be one."""
    detail = "This node knows no call and no report with this receipt."
    return problems.Problem(404, problems.Slug.UNKNOWN_RECEIPT, "Unknown receipt", detail)
