"""What a client prefers (`Accept`, `Accept-Language`: RFC 9110, 12.4.2 and 12.5), and the choice among what we have."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


class Preference(NamedTuple):
    """One entry of such a header: a media range or language range in lower case, and its weight (0 to 1)."""

    value: str
    weight: float


def preferences(header: str | None) -> Sequence[Preference]:
    """The entries of a header by weight, the highest first, and at the same weight in the order of the header.

    An entry of weight 0 is there as well: it says what the client does not accept. So does a weight that is no number.
    """
    entries = [_entry(text) for text in (header or "").split(",") if text.strip()]
    return sorted(entries, key=lambda entry: -entry.weight)


def choose_media_type(accepted: Sequence[Preference], offered: Sequence[str]) -> str | None:
    """The media type of `offered` with the highest weight, the first at a tie; None when the client accepts none.

    The most specific range that fits a media type gives its weight (RFC 9110, 12.5.1).
    """
    weights = {entry.value: entry.weight for entry in accepted}
    best = max(offered, key=lambda media_type: _weight(media_type, weights))
    return best if _weight(best, weights) > 0 else None


def choose_language(accepted: Sequence[Preference], named: Callable[[str], T | None]) -> T | None:
    """The first language that we have, where `named` gives ours for a tag (RFC 4647, 3.4); None when we have none."""
    for tag, weight in accepted:
        language = named(tag) if weight > 0 else None
        if language is not None:
            return language
    return None


def is_named(accepted: Sequence[Preference], media_type: str) -> bool:
    """Whether the client accepts this media type and names it: browsers name `text/html`, programs send `*/*`."""
    return any(entry.value == media_type and entry.weight > 0 for entry in accepted)


def _entry(text: str) -> Preference:
    value, *parameters = (part.strip().lower() for part in text.split(";"))
    weight = 1.0
    for parameter in parameters:
        name, _, number = parameter.partition("=")
        if name.strip() == "q":
            weight = _number(number)
    return Preference(value, weight)


def _number(text: str) -> float:
    """A weight between 0 and 1; 0 for what is no number."""
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


def _weight(media_type: str, weights: dict[str, float]) -> float:
    for fitting in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if fitting in weights:
            return weights[fitting]
    return 0.0
