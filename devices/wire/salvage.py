"""The name (boot, seq) of a message that cannot be read, so that the hub can tell its box to stop sending it.

A box deletes a message that is named to it. So a name is taken only where it is beyond doubt.
"""

from __future__ import annotations

import re

from devices.wire import json_text

BOOT = r"[A-Za-z0-9._:-]{1,64}"
BOOT_CHARACTERS = 64
SEQ_MAX = 2**63 - 1  # an int8 column

_HEAD_BYTES = 1024
_BOOT = re.compile(BOOT)
_BOOT_FIELD = re.compile(rb'"boot"\s*:\s*"(%s)"' % BOOT.encode())
# Up to its end: part of a number is another number.
_SEQ_FIELD = re.compile(rb'"seq"\s*:\s*([1-9][0-9]{0,18})(?:\.0+)?\s*[,}]')

Name = tuple[str | None, int | None]


def from_payload(payload: bytes) -> Name:
    """Boot and seq of a JSON message with some mistake in it, each None where it cannot be read."""
    try:
        content, _ = json_text.parsed(payload)
    except ValueError:
        return from_head(payload)
    if not isinstance(content, dict):
        return None, None
    boot, seq = content.get("boot"), json_text.whole(content.get("seq"))
    has_boot = isinstance(boot, str) and _BOOT.fullmatch(boot) and payload.count(b'"boot"') <= 1
    has_seq = type(seq) is int and 1 <= seq <= SEQ_MAX and payload.count(b'"seq"') <= 1
    return boot if has_boot else None, seq if has_seq else None


def from_head(payload: bytes) -> Name:
    """Boot and seq in the first bytes of what is no JSON; each None where it is absent or there twice."""
    head = payload[:_HEAD_BYTES]
    boots, seqs = _BOOT_FIELD.findall(head), _SEQ_FIELD.findall(head)
    boot = boots[0].decode("ascii") if len(boots) == 1 else None
    seq = int(seqs[0]) if len(seqs) == 1 else 0
    return boot, seq if 1 <= seq <= SEQ_MAX else None
