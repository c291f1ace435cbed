"""HTML forms: `application/x-www-form-urlencoded`, of a limited size, one value for each field."""

from urllib.parse import parse_qsl

from fastapi import Request

from api.http import problems

MEDIA_TYPE = "application/x-www-form-urlencoded"
BODY_BYTES_MAX = 512 * 1024  # a notice in twenty languages; crisis.model limits the single texts
_FIELDS_MAX = 300


async def body_of(request: Request, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """The body of the request. Raises Problem 413 for more than `bytes_max`, before it is in memory."""
    if hasattr(request, "_body"):  # it was read already, with the limit of that reader
        return await request.body()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > bytes_max:
            raise problems.plain(413, f"The form is larger than {bytes_max // 1024} kB. Nothing of it was kept.")
        parts.append(part)
    body = b"".join(parts)
    request._body = body  # noqa: SLF001 -- where Starlette keeps a body that was read: the next reader gets the same
    return body


async def read(request: Request) -> dict[str, str]:
    """The fields of a form by name; empty when the request carries no form. Of a repeated field the last value counts.

    Raises Problem 413 for a form that is too large, and 422 for one with too many fields.
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
