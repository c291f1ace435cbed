"""Parts of a file on a server, by HTTP ranges (RFC 9110, 14): only what is asked for is sent."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import httpx

from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from types import TracebackType

_TIMEOUT_SECONDS = 30.0
_TRIES = 4
_PARTIAL, _SERVER_ERROR = 206, 500
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server said, with no more of its content than was asked for."""

    status: int
    reason: str
    headers: httpx.Headers
    content: bytes


class RangeReader:
    """Reads parts of the file at a URL. Raises OperatorError, which says what the server did and what to do."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._etag: str | None = None
        self._client = httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=True)
        self.bytes_read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def __call__(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, at most `length`: fewer where the file ends."""
        if length <= 0:
            return b""
        for number in range(1, _TRIES + 1):
            try:
                answer = self._ask(offset, length)
            except httpx.TransportError as error:
                failure = f"{self._url} does not answer: {error}"
            except httpx.InvalidURL as error:
                raise OperatorError(
                    f"{self._url} is no address: {error}", "https://example.org/berlin.pmtiles"
                ) from None
            else:
                if answer.status < _SERVER_ERROR and answer.status != _TOO_MANY:
                    return self._checked(answer, offset, length)
                failure = f"{self._url} answers {answer.status} {answer.reason}"
            if number < _TRIES:
                time.sleep(2.0 ** (number - 2))
        raise OperatorError(failure, "try again later, or download the file and add it")

    def _ask(self, offset: int, length: int) -> _Answer:
        """One answer, of which no more is read than was asked for: a server without ranges sends the whole file."""
        wanted = {"Range": f"bytes={offset}-{offset + length - 1}", "Accept-Encoding": "identity"}
        with self._client.stream("GET", self._url, headers=wanted) as response:
            found = bytearray()
            if response.status_code == _PARTIAL:
                for part in response.iter_raw():
                    found += part
                    if len(found) > length:
                        break
            return _Answer(response.status_code, response.reason_phrase, response.headers, bytes(found))

    def _checked(self, answer: _Answer, offset: int, length: int) -> bytes:
        if answer.status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return b""
        if answer.status == httpx.codes.OK:
            raise OperatorError(
                f"{self._url} is on a server that does not send parts of a file (it answers 200 to a range)",
                "download the file and add it",
            )
        if answer.status != _PARTIAL:
            raise OperatorError(f"{self._url} answers {answer.status} {answer.reason}", "check the address")
        said = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
        if said is None or int(said[1]) != offset or len(answer.content) > length:
            raise OperatorError(f"{self._url} sends another part than was asked for", "download the file and add it")
        etag = answer.headers.get("etag")
        if self._etag is not None and etag != self._etag:
            raise OperatorError(f"{self._url} changed while it was read", "add it again")
        self._etag = etag
        self.bytes_read += len(answer.content)
        return answer.content
