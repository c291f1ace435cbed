"""What a form sent: `application/x-www-form-urlencoded`, bounded, each field once."""

from urllib.parse import parse_qsl

from fastapi import Request

from api.http import problems

MEDIA_TYPE = "application/x-www-form-urlencoded"
BODY_BYTES_MAX = 512 * 1024  # a notice in twenty languages; what a text may hold is the node's to say
_FIELDS_MAX = 300


async def body_of(request: Request, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """The body, read at most this far. Raises Problem 413 for a larger one, before it is in memory."""
    if hasattr(request, "_body"):  # somebody has read it already, with a limit of their own
        return await request.body()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > bytes_max:
            raise problems.plain(413, f"The form is larger than {bytes_max // 1024} kB. Nothing of it was kept.")
        parts.append(part)
    request._body = b"".join(parts)  # noqa: SLF001 -- Starlette's own place for it: who asks next gets the same
    return request._body  # noqa: SLF001 -- see above


async def read(request: Request) -> dict[str, str]:
    """The fields of a form by name; empty when the request carries none. Of a name given twice the last counts.

    Raises Problem 413 for a form that is too large, and 422 for one that is none.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != MEDIA_TYPE:
        return {}
    body = await body_of(request)
    try:
        pairs = parse_qsl(
            body.decode(errors="replace"), keep_blank_values=True, max_num_fields=_FIELDS_MAX, errors="replace"
        )
    except ValueError:
        raise problems.plain(422, f"A form has at most {_FIELDS_MAX} fields. Nothing of it was kept.") from None
    return dict(pairs)
