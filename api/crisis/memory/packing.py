"""Pages compressed once for many readers (RFC 1952), though each reader gets a value of their own in it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_LEVEL = 5
_STEP = 8 * 1024  # characters that are compressed without a pause
_HEAD = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF))
_BLOCK_MAX = 0xFFFF


@dataclass(frozen=True, slots=True)
class Packed:
    """A text in gzip's format, in parts between which a value is put; each part as it is, and compressed."""

    parts: tuple[bytes, ...]
    compressed: tuple[bytes, ...]

    def with_value(self, value: str = "") -> bytes:
        """The whole, with this value at each mark. It is not compressed: its size says nothing of it (BREACH)."""
        put = value.encode()
        size = len(put).to_bytes(2, "little") + (len(put) ^ _BLOCK_MAX).to_bytes(2, "little")
        block = b"\0" + size + put  # a stored block, as no reference goes back beyond a mark
        checksum = zlib.crc32(self.parts[0])
        for part in self.parts[1:]:
            checksum = zlib.crc32(part, zlib.crc32(put, checksum))
        length = sum(map(len, self.parts)) + len(put) * (len(self.parts) - 1)
        tail = checksum.to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little")
        return _HEAD + block.join(self.compressed) + tail


def steps(text: str, mark: str | None = None) -> Generator[None, None, Packed]:
    """Compress a text in steps, in which `mark` stands where each reader gets a value of their own."""
    texts = [text] if mark is None else text.split(mark)
    compressing = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    compressed = []
    for number, each in enumerate(texts):
        found = b""
        for start in range(0, len(each), _STEP):
            found += compressing.compress(each[start : start + _STEP].encode())
            yield
        is_last = number == len(texts) - 1
        compressed.append(found + compressing.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH))
        yield
    return Packed(tuple(each.encode() for each in texts), tuple(compressed))
