"""Frames in a stream of bytes, as at a node's serial port: 0x94 0xC3, two bytes of length (big endian), the payload.

The same stream carries the node's log as text, and noise where a cable is loose: what is between frames is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

START = b"\x94\xc3"
PAYLOAD_BYTES_MAX = 512
WAKE = START[1:] * 32  # wakes a node that sleeps, and ends a frame that somebody left half written
_HEAD = len(START) + 2


def frame(payload: bytes) -> bytes:
    """The payload as a frame. Raises ValueError when it is larger than a node takes (512 bytes)."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"{len(payload)} bytes, a node takes {PAYLOAD_BYTES_MAX} at most")
    return START + len(payload).to_bytes(2, "big") + payload


class FrameReader:
    """Payloads out of a stream that begins anywhere and has noise in it.

    `is_whole` says whether a payload makes sense. Noise can look like the beginning of a frame: when its payload makes
    no sense, or the stream pauses before its end (`pause`), reading goes on behind those two bytes, so that it costs no
    frame behind it.
    """

    def __init__(self, is_whole: Callable[[bytes], bool] = lambda _: True) -> None:
        self._is_whole = is_whole
        self._buffer = bytearray()
        self.skipped_bytes = 0  # in no frame, since the start

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads that are whole now, in their order. Keeps less than one frame."""
        self._buffer += data
        found = []
        while (payload := self._next()) is not None:
            found.append(payload)
        return found

    def pause(self) -> list[bytes]:
        """The payloads behind a beginning that was none, now that nothing has come for a while."""
        if len(self._buffer) < len(START):  # a first byte alone loses nothing by waiting
            return []
        self._skip(len(START))
        return self.feed(b"")

    def _next(self) -> bytes | None:
        while True:
            at = self._buffer.find(START)
            self._skip(at if at >= 0 else len(self._buffer) - self._buffer.endswith(START[:1]))
            if len(self._buffer) < _HEAD:
                return None
            end = _HEAD + int.from_bytes(self._buffer[len(START) : _HEAD], "big")
            if end > _HEAD + PAYLOAD_BYTES_MAX:
                self._skip(len(START))
                continue
            if len(self._buffer) < end:
                return None
            payload = bytes(self._buffer[_HEAD:end])
            if self._is_whole(payload):
                del self._buffer[:end]
                return payload
            self._skip(len(START))

    def _skip(self, count: int) -> None:
        del self._buffer[:count]
        self.skipped_bytes += count
