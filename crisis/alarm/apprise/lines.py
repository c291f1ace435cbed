"""What goes between a node and its apprise process: a line of JSON each way. Secrets are in it, and in no argument."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`look`: only say whether the address is one. `severity` and `key`: for services that can use them."""

    number: int
    url: str
    title: str = ""
    body: str = ""
    severity: str = "warning"
    is_end: bool = False
    key: str = ""  # the message's id: the same however often it is sent
    look: bool = False

    def encoded(self) -> bytes:
        """As a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """From a line."""
        return cls(**json.loads(line))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a request: `slug` is "" when it was sent; `is_final`: trying again cannot help.

    `text` is for the operator and holds no address and no secret.
    """

    number: int
    slug: str = ""
    text: str = ""
    is_final: bool = False
    retry_after_seconds: float | None = None

    def encoded(self) -> bytes:
        """As a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """From a line."""
        return cls(**json.loads(line))
