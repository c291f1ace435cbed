"""What a format of another make is: how it is read, and by which door it comes. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as MappingType
    from datetime import datetime

    from devices.declarations import Declaration
    from devices.mappings import Mapping
    from devices.quantities import Catalogue
    from devices.readings import Message


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as a format sees it: `path` is what follows the secret, header names are lower case."""

    method: str
    path: str
    query: MappingType[str, str]
    headers: MappingType[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender gets."""

    status: int
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a request says of one box: it becomes a message on the topic `in/{format}/{box}` and the levels of `more`.

    Whatever is needed to read the payload again, years later, stands in it or in the topic. Where `box` is empty the
    request names none: then it is of the sender's box, if the sender has one box only.
    """

    box: str
    payload: bytes
    more: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that was understood. Once its parcels are committed it gets the answer.

    `asks_database`: the answer says that we could store something now, so it must be true.
    """

    answer: Answer
    parcels: tuple[Parcel, ...] = ()
    asks_database: bool = False


class NotUnderstood(Exception):  # noqa: N818 -- pairs with Malformed
    """A request of which nothing can be stored: `status` is that of HTTP, the text is for whoever set up the sender."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def plainly(status: int, text: str) -> Answer:
    """A refusal as one line of text."""
    return Answer(status, f"{text}\n".encode())


def none_is_kept(_topic: str) -> bool:
    """No retained message of the format says anything: it is an old value of unknown age."""
    return False


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `read` takes a topic, a payload, the time of receipt and the catalogue; it returns the message, or raises Malformed.
    `topics` are the MQTT filters on which it comes. `take` understands its HTTP requests; it raises NotUnderstood.
    `boxes` are patterns (`*`) of the boxes that a sender may speak for unless an operator says otherwise.
    `refusal` puts a refusal into the form that its clients read. `describe` reads what names mean out of a document
    that an operator has (kiezbox inputs import); it raises ValueError. `declare` reads an announcement again that was
    kept: of a format whose values come on topics that devices announce.
    """

    name: str
    title: str
    read: Callable[[str, bytes, datetime, Catalogue], Message]
    topics: tuple[str, ...] = ()
    is_kept: Callable[[str], bool] = none_is_kept  # whether a retained message on this topic says something
    take: Callable[[Request], Taken] | None = None
    boxes: tuple[str, ...] = ("*",)
    refusal: Callable[[int, str], Answer] = field(default=plainly)
    describe: Callable[[bytes], list[Mapping]] | None = None
    declare: Callable[[str, bytes], Declaration | None] | None = None
