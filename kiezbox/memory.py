"""What the C library does with memory that this process lets go. glibc can be told; others do as they do."""

from __future__ import annotations

import ctypes

# glibc's malloc.h
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_LARGE_BYTES = 128 * 1024


def keep(size: int) -> None:
    """Keep up to `size` bytes for what comes next: for a program that needs as much again and again."""
    _adjust(_M_MMAP_THRESHOLD, size // 2)
    _adjust(_M_TRIM_THRESHOLD, size)


def give_back() -> None:
    """Give each large piece back to the system at once: for a program that must stay small, and needs much seldom.

    Without it, glibc takes the size of the first large pieces that are freed for usual, and keeps the next ones; and
    each thread has an arena of its own, in which what one of them lets go is of no use to the others.
    """
    _adjust(_M_MMAP_THRESHOLD, _LARGE_BYTES)
    _adjust(_M_ARENA_MAX, 1)


def _adjust(name: int, value: int) -> None:
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)
    if adjust is not None:
        adjust(name, value)
