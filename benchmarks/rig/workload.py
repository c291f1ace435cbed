"""The work: readings of 500 boxes as protocol v1, each message with one sample of three values, or with ten."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BOXES = 500
VALUES = 3
STEP_MS = 1_000
_SEED = 4


@dataclass(frozen=True, slots=True)
class Work:
    """`samples` of every box, `samples_per_message` together. `first_ms` is when the first of them was measured."""

    name: str
    samples: int
    samples_per_message: int
    first_ms: int

    @property
    def messages(self) -> int:
        """How many there are."""
        return self.samples // self.samples_per_message

    @property
    def readings(self) -> int:
        """How many values they hold."""
        return self.messages * self.samples_per_message * VALUES

    def rows(self) -> Iterator[tuple[int, int, list[float]]]:
        """Number of the box, time in ms, and the values of each sample, in the order of publishing."""
        chance = random.Random(_SEED)
        each = self.samples_per_message
        for number in range(self.messages):
            box, seq = number % BOXES, number // BOXES
            for sample in range(each):
                at = self.first_ms + (seq * each + sample) * STEP_MS
                values = [round(chance.uniform(*limits), digits) for limits, digits in _KINDS.values()]
                yield box, at, values

    def messages_v1(self, first_seq: int) -> Iterator[tuple[str, bytes]]:
        """Topic and payload of each message; boxes count from `first_seq`."""
        samples = self.rows()
        for number in range(self.messages):
            taken = [next(samples) for _ in range(self.samples_per_message)]
            name = box_name(number % BOXES)
            said = {"v": 1, "boot": name, "seq": first_seq + number // BOXES, "sent": taken[-1][1], "clock": "ntp"}
            said |= {
                "samples": [
                    {"at": at, "source": "core", "values": dict(zip(_KINDS, values, strict=True))}
                    for _, at, values in taken
                ]
            }
            yield f"kb/v1/{name}/telemetry", json.dumps(said, separators=(",", ":")).encode()


_KINDS = {"temperature": ((-15, 35), 2), "humidity": ((0, 100), 1), "pressure": ((970, 1050), 2)}
QUANTITIES = tuple(_KINDS)


def box_name(number: int) -> str:
    """The box of a number. It is the message's `boot` as well: the other programs do not read topics."""
    return f"{number // 100 + 113:02x}-{number % 100 + 1:02x}"


def warm_up() -> Work:
    """A message of every box: series are known and statements prepared before the clock starts."""
    return Work("warm-up", BOXES, 1, _hour_start() - 10 * STEP_MS)


def one_by_one(messages: int) -> Work:
    """Work A: one sample a message."""
    return Work("A", messages, 1, _hour_start())


def by_ten(messages: int) -> Work:
    """Work B: the same readings, ten samples a message."""
    return Work("B", messages, 10, _hour_start())


def _hour_start() -> int:
    """A time of today, long enough ago for all samples to have been measured."""
    day = 86_400_000
    return int(time.time() * 1000) // day * day - day + 3_600_000
