"""What calls for help of all wire formats have in common: ids that repeat, and a text that is never refused."""

from __future__ import annotations

import hashlib
import uuid

TEXT_CHARACTERS_MAX = 10_000

_NAMESPACE = uuid.UUID("6b69657a-626f-5078-8000-646973747265")  # ours, fixed for ever: the same call keeps its id


def id_of_packet(node: int, packet_id: int) -> uuid.UUID:
    """The id of a call that came over the mesh: the same through whichever gateway."""
    return uuid.uuid5(_NAMESPACE, f"packet/{node}/{packet_id}")


def id_of_bytes(topic: str, payload: bytes, received_at: str = "") -> uuid.UUID:
    """The id of a call that brings none: the same bytes again are the same call.

    For a call that also has no time of its own, `received_at` belongs to the id: the same button pressed again another
    day sends the same bytes, and a call that shows twice is better than one that never shows.
    """
    digest = hashlib.sha256(payload).hexdigest()
    return uuid.uuid5(_NAMESPACE, f"bytes/{topic}/{digest}/{received_at}")


def text(written: str, notes: list[str]) -> str:
    """The caller's text, cut to 10,000 characters, without NUL (no column holds it), and what could not be read."""
    if len(written) > TEXT_CHARACTERS_MAX:
        notes = [*notes, f"text cut after {TEXT_CHARACTERS_MAX} of {len(written)} characters"]
        written = written[:TEXT_CHARACTERS_MAX]
    return " ".join([*([written] if written else []), *(f"[{note}]" for note in notes)]).replace(
        "\0", "\N{REPLACEMENT CHARACTER}"
    )
