"""What slow calls waited for: pieces of work of the server (pieces.py) while each of them was under way."""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from typing import TYPE_CHECKING

from benchmarks.rig.pieces import LONG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rig.pieces import Piece

_SHOWN = 25
_PAUSE_SECONDS = 2.0


def report(title: str, pieces: Sequence[Piece], calls: Sequence[tuple[float, float]]) -> None:
    """Print what the server did in all turns of these calls, and what it did while the slowest twentieth waited."""
    turns = _turns(calls)
    within = [piece for piece in pieces if any(began <= piece.began <= ended for began, ended in turns)]
    print(f"\n{title}")
    _print_shares(within, sum(ended - began for began, ended in turns))
    slow = sorted(calls, key=lambda call: call[1] - call[0])[-len(calls) // 20 :]
    met: defaultdict[str, float] = defaultdict(float)
    for first, last in slow:
        for piece in within:
            overlap = min(last, piece.ended) - max(first, piece.began)
            if overlap > 0:
                met[f"{piece.thread:<18} {piece.name}"] += overlap
    took = statistics.mean(last - first for first, last in slow)
    print(f"\n  the slowest {len(slow)} calls took {took * 1000:.1f} ms; meanwhile ran, in ms for each:")
    for name, seconds in sorted(met.items(), key=lambda row: -row[1])[:_SHOWN]:
        print(f"  {seconds / len(slow) * 1000:8.2f}  {name}")


def _turns(calls: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """When calls were made without a long pause: from the first of each turn to the last."""
    pauses = [later[0] - earlier[1] for earlier, later in itertools.pairwise(calls)]
    starts = [0, *(number for number, pause in enumerate(pauses, 1) if pause > _PAUSE_SECONDS)]
    return [(calls[first][0], calls[end - 1][1]) for first, end in zip(starts, [*starts[1:], len(calls)], strict=True)]


def _print_shares(pieces: Sequence[Piece], seconds: float) -> None:
    by_name: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        by_name[f"{piece.thread:<18} {piece.name}"].append(piece)
    rows = sorted(by_name.items(), key=lambda row: -sum(piece.cpu_seconds for piece in row[1]))
    print(f"\n  {'share':>7}{'a second':>10}{'mean ms':>9}{'longest':>9}{'long a s':>10}  (processor time)")
    for name, found in rows[: 2 * _SHOWN]:
        cpu = [piece.cpu_seconds for piece in found]
        longest, count = max(cpu) * 1000, sum(each > LONG_SECONDS for each in cpu)
        print(
            f"  {sum(cpu) / seconds:>7.1%}{len(found) / seconds:>10.1f}{statistics.mean(cpu) * 1000:>9.2f}"
            f"{longest:>9.2f}{count / seconds:>10.2f}  {name}"
        )
