"""The `ack` message: what the hub has committed, told to each box after the commit (protocol.md, ack)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.json import Encoder

from ingest.verdict import NOWHERE, Outcome, Verdict
from kiezbox.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_encode = Encoder().encode
_NAMES_PER_ANSWER = 500  # keeps an answer under 16 KiB: a box has little memory


@dataclass(slots=True)
class _Answer:
    stored: list[int] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    partly: list[dict[str, Any]] = field(default_factory=list)


def answers(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, bytes]]:
    """(topic, payload) of every answer that these verdicts call for; messages without a name get none."""
    found: dict[tuple[str, str], _Answer] = {}
    for entry in verdicts:
        content = entry.arrival.content
        boot, seq = content.boot, content.seq
        if boot is None or seq is None or entry.box == NOWHERE:
            continue
        answer = found.get((entry.box, boot))
        if answer is None:
            answer = found[entry.box, boot] = _Answer()
        if isinstance(content, Malformed):
            answer.rejected.append({"seq": seq, "reason": content.reason.value})
        elif entry.reasons and entry.outcome is Outcome.REJECTED:
            answer.rejected.append({"seq": seq, "reason": next(iter(entry.reasons)).value})
        else:
            answer.stored.append(seq)
            if entry.reasons:  # beyond protocol v1: boxes that do not know the key ignore it
                reasons = {reason.value: count for reason, count in entry.reasons.items()}
                answer.partly.append({"seq": seq, "rejected": reasons})
    for (box, boot), answer in found.items():
        for payload in _payloads(boot, answer):
            yield f"kb/v1/{box}/ack", payload


def _payloads(boot: str, answer: _Answer) -> Iterator[bytes]:
    longest = max(len(answer.stored), len(answer.rejected))
    for start in range(0, longest, _NAMES_PER_ANSWER):
        part = slice(start, start + _NAMES_PER_ANSWER)
        stored = answer.stored[part]
        said: dict[str, Any] = {"v": 1, "boot": boot, "stored": stored, "rejected": answer.rejected[part]}
        partly = [entry for entry in answer.partly if entry["seq"] in set(stored)]
        if partly:
            said["partly"] = partly
        yield _encode(said)
