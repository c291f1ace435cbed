"""Watches ingest from outside: how much it has committed, by its own metrics."""

from __future__ import annotations

import threading
import time
import urllib.request


class IngestWatch:
    """Follows how much ingest has committed, until it has nothing more to do."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_over = threading.Event()
        self._seen: list[tuple[float, float]] = []
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._is_over.wait(0.5):
            self._seen.append((time.perf_counter(), committed(self._port) or 0))

    def stop(self) -> tuple[float, float]:
        """When it last had more to do, and how many messages per second it had committed until then."""
        self._is_over.set()
        self._thread.join()
        newest = self._seen[-1][1]
        during = [each for each in self._seen if each[1] < newest] or self._seen[-1:]
        (first_at, first), (last_at, last) = during[0], during[-1]
        return last_at, (last - first) / max(last_at - first_at, 0.5)


def committed(port: int) -> float | None:
    """How many messages ingest has committed; None before it answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return None
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("kiezbox_ingest_messages_total"))
