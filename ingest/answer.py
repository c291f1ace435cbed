"""The `ack` message: after a commit the hub tells each box what is committed (protocol.md, ack)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.json import Encoder

from devices.boxes import NO_BOX
from ingest.results import Outcome
from kiezbox.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingest.results import Result

_encode = Encoder().encode
_NAMES_PER_ANSWER = 500  # keeps an answer below 16 KiB: a box has little memory


@dataclass(slots=True)
class _Answer:
    stored: list[int] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    partly: list[dict[str, Any]] = field(default_factory=list)


def answers(results: Iterable[Result]) -> Iterator[tuple[str, bytes]]:
    """(topic, payload) of every answer to these messages; messages without boot and seq get no answer."""
    found: dict[tuple[str, str], _Answer] = {}
    for result in results:
        content = result.arrival.content
        boot, seq = content.boot, content.seq
        if boot is None or seq is None or result.box == NO_BOX:
            continue
        answer = found.get((result.box, boot))
        if answer is None:
            answer = found[result.box, boot] = _Answer()
        if isinstance(content, Malformed):
            answer.rejected.append({"seq": seq, "reason": content.reason.value})
        elif result.reasons and result.outcome is Outcome.REJECTED:
            answer.rejected.append({"seq": seq, "reason": next(iter(result.reasons)).value})
        else:
            answer.stored.append(seq)
            if result.reasons:  # beyond protocol v1: boxes that do not know the key ignore it
                reasons = {reason.value: count for reason, count in result.reasons.items()}
                answer.partly.append({"seq": seq, "rejected": reasons})
    for (box, boot), answer in found.items():
        for payload in _payloads(boot, answer):
            yield f"kb/v1/{box}/ack", payload


def _payloads(boot: str, answer: _Answer) -> Iterator[bytes]:
    longest = max(len(answer.stored), len(answer.rejected))
    for start in range(0, longest, _NAMES_PER_ANSWER):
        part = slice(start, start + _NAMES_PER_ANSWER)
        stored = answer.stored[part]
        content: dict[str, Any] = {"v": 1, "boot": boot, "stored": stored, "rejected": answer.rejected[part]}
        partly = [item for item in answer.partly if item["seq"] in set(stored)]
        if partly:
            content["partly"] = partly
        yield _encode(content)
