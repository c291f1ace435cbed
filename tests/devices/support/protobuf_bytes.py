"""Kiezbox protobuf by hand, so that the tests do not encode with what they test; and the vectors of the design."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NODE = 0x12345678
UNIX_TIME = 1_760_000_000

FIXTURE = bytes.fromhex("221c0a040801100210c2afcfbf061a080801120208011a0028c2afcfbf06")
CORE = bytes.fromhex(
    "22420a040801107120001080f09dc7061a32120208011a2c08e6deffffffffffffff011098f20118d8ad0320c4900128c8df0230c00238d0fd"
    "0540e06748c41350aaec01"
)
SENSOR = bytes.fromhex(
    "22320a0808011071180320011080f09dc70622200a1e08fca70110d8ad031882ec3d20dad805288c6030dca10140f0ab0148f420"
)
FIRE = bytes.fromhex("321b080110071880f09dc706220f526175636820696d204b656c6c6572")
MEDICAL = bytes.fromhex("320810071880f09dc706")
ENVELOPE = bytes.fromhex(
    "0a3d0d7856341215ffffffff18012223088202121e221c0a040801100210c2afcfbf061a080801120208011a0028c2afcfbf06352a0000003dc3"
    "d7f367480312076b69657a626f781a09213132333435363738"
)


def varint(number: int) -> bytes:
    """A base-128 varint; a negative number takes ten bytes, as plain int32 and int64 do."""
    number &= 2**64 - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: int | bytes) -> bytes:
    """A varint field, or a length-delimited one: text and messages."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def fixed32(number: int, value: int) -> bytes:
    return varint(number << 3 | 5) + value.to_bytes(4, "little")


def fields(numbered: Mapping[int, int | bytes]) -> bytes:
    return b"".join(field(number, value) for number, value in numbered.items())


def envelope(payload: bytes, packet_id: int = 42, sender: int = NODE, portnum: int = 258) -> bytes:
    """A ServiceEnvelope with what a gateway adds."""
    data = field(4, fields({1: portnum, 2: payload}))
    packet = fixed32(1, sender) + fixed32(2, 0xFFFFFFFF) + field(3, 1) + data + fixed32(6, packet_id) + field(9, 3)
    return field(1, packet) + field(2, b"kiezbox") + field(3, b"!12345678")


def update(number: int, meta: Mapping[int, int] | None = None, unix_time: int = UNIX_TIME, **parts: bytes) -> bytes:
    """An Update of box `number` in district 200, with the given `core` or `sensor`."""
    ids = {1: number, 2: 200} | dict(meta or {})
    stated: dict[int, int | bytes] = {1: fields(ids), 2: unix_time}
    stated |= {{"core": 3, "sensor": 4}[name]: part for name, part in parts.items()}
    return field(4, fields(stated))


def core(values: Mapping[int, int], mode: int | None = None, router: bytes | None = None) -> bytes:
    parts: dict[int, int | bytes] = {} if mode is None else {1: mode}
    parts |= {} if router is None else {2: router}
    return fields(parts | {3: fields(values)})
