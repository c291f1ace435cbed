"""Telemetry that cannot be read as a whole, and topics on which nothing is expected."""

from __future__ import annotations

import json
from typing import Any

from kiezbox.errors import Reason
from tests.devices.support.case import BOOT, Case, content, sample, telemetry

_GOOD = {"noise": 40}
_TEXT = json.dumps(content(sample(_GOOD))).encode()


def _topic(name: str, topic: str) -> Case:
    return Case(name, topic, _TEXT, malformed=Reason.BAD_TOPIC)


def _json(name: str, payload: bytes, boot: str | None = None, seq: int | None = None) -> Case:
    return telemetry(name, payload, malformed=Reason.BAD_JSON, boot=boot, seq=seq)


def _schema(name: str, payload: bytes | dict[str, Any], boot: str | None = BOOT, seq: int | None = 412) -> Case:
    return telemetry(name, payload, malformed=Reason.BAD_SCHEMA, boot=boot, seq=seq)


TOPICS = (
    _topic("topic-empty", ""),
    _topic("topic-of-others", "$SYS/broker/version"),
    _topic("topic-v2", "kb/v2/71-01/telemetry"),
    _topic("topic-no-leaf", "kb/v1/71-01"),
    _topic("topic-extra-level", "kb/v1/71-01/telemetry/core"),
    _topic("topic-level-below-empty", "kb/v1/71-01/telemetry/"),
    _topic("topic-levels-below", "kb/v1/71-01/status/core/2"),
    _topic("topic-leaf-empty", "kb/v1/71-01/"),
    _topic("topic-leading-slash", "/kb/v1/71-01/telemetry"),
    _topic("topic-down", "kb/v1/71-01/command"),
    _topic("topic-box-empty", "kb/v1//telemetry"),
    _topic("topic-box-capital", "kb/v1/Box/telemetry"),
    _topic("topic-box-umlaut", "kb/v1/köln/telemetry"),
    _topic("topic-box-hyphen-first", "kb/v1/-a/status"),
    _topic("topic-box-hyphen-last", "kb/v1/a-/distress"),
    _topic("topic-box-33-characters", f"kb/v1/{'a' * 33}/telemetry"),
    _topic("topic-box-line-end", "kb/v1/71-01\n/telemetry"),
    Case("topic-meshtastic-json", "msh/EU_868/2/json/LongFast/!12345678", _TEXT, malformed=Reason.NOT_KIEZBOX),
    Case("topic-meshtastic-root", "kiez/mesh/2/json/LongFast/!12345678", _TEXT, malformed=Reason.NOT_KIEZBOX),
    Case("topic-meshtastic-v1", "msh/EU_868/1/e/LongFast/!12345678", _TEXT, malformed=Reason.NOT_KIEZBOX),
    Case("topic-meshtastic-short", "msh/EU_868/2/e/LongFast", _TEXT, malformed=Reason.NOT_KIEZBOX),
)

NOT_JSON = (
    _json("json-empty", b""),
    _json("json-spaces", b" \n "),
    _json("json-word", b"hello"),
    _json("json-cut", _TEXT[:-3], BOOT, 412),
    _json("json-cut-in-seq", b'{"v": 1, "boot": "5f0c9a1e", "seq": 41', BOOT),
    _json("json-cut-in-boot", b'{"v": 1, "boot": "5f0c'),
    _json("json-garbage-behind", _TEXT + b"}", BOOT, 412),
    _json("json-two-messages", _TEXT + _TEXT),
    _json("json-single-quotes", b"{'v': 1}"),
    _json("json-comment", b'{"v": 1 /* one */}'),
    _json("json-comma-behind", b'{"v": 1,}'),
    _json("json-leading-zero", _TEXT.replace(b"412", b"0412"), BOOT),
    _json("json-number-of-5000-digits", _TEXT.replace(b"40", b"9" * 5000), BOOT, 412),
    _json("json-utf-16", _TEXT.decode().encode("utf-16")),
    _json("json-invalid-utf-8", _TEXT.replace(b"core", b"c\xffre"), BOOT, 412),
    _json("json-utf-8-cut", _TEXT.replace(b"core", b"c\xc3"), BOOT, 412),
    _json("json-lone-surrogate", _TEXT.replace(b"core", rb"\ud800"), BOOT, 412),
    _json("json-surrogate-bytes", _TEXT.replace(b"core", b"\xed\xa0\x80"), BOOT, 412),
    _json("json-nul", _TEXT.replace(b"core", b"c\x00re"), BOOT, 412),
    _json("json-line-end-in-text", _TEXT.replace(b"core", b"c\nre"), BOOT, 412),
    _json("json-nested-300-deep", _TEXT.replace(b"40", b"[" * 300 + b"]" * 300), BOOT, 412),
    _json("json-nested-20000-deep", b'{"v": 1, "x": ' + b"[" * 20_000),
    # A doubtful name is not taken: the box would delete another message.
    _json("json-two-seqs", b'{"boot": "5f0c9a1e", "seq": 1, "x": {"seq": 2}, "samples": ', BOOT),
    _json("json-seq-too-large", b'{"boot": "5f0c9a1e", "seq": 9999999999999999999, "samples": ', BOOT),
    _json("json-seq-0", b'{"boot": "5f0c9a1e", "seq": 0, "samples": ', BOOT),
    _json("json-boot-with-space", b'{"boot": "5f 0c", "seq": 412, "samples": ', None, 412),
    _json("json-name-far-behind", b'{"v": 1, "x": "' + b"x" * 2000 + b'", "boot": "5f0c9a1e", "seq": 412, '),
)

SCHEMA = (
    _schema("top-list", b"[]", None, None),
    _schema("top-null", b"null", None, None),
    _schema("top-true", b"true", None, None),
    _schema("top-number", b"1.5", None, None),
    _schema("v-absent", content(v=...)),
    _schema("v-2", content(v=2)),
    _schema("v-text", content(v="1")),
    _schema("v-true", content(v=True)),
    _schema("v-1-5", content(v=1.5)),
    _schema("v-null", content(v=None)),
    _schema("boot-absent", content(boot=...), None),
    _schema("boot-empty", content(boot=""), None),
    _schema("boot-number", content(boot=7), None),
    _schema("boot-null", content(boot=None), None),
    _schema("boot-with-nul", content(boot="a\0b"), None),
    _schema("boot-with-line-end", content(boot="5f0c9a1e\n"), None),
    _schema("boot-65-characters", content(boot="a" * 65), None),
    _schema("seq-absent", content(seq=...), seq=None),
    _schema("seq-0", content(seq=0), seq=None),
    _schema("seq-negative", content(seq=-1), seq=None),
    _schema("seq-2-to-the-63", content(seq=2**63), seq=None),
    _schema("seq-text", content(seq="412"), seq=None),
    _schema("seq-fraction", content(seq=412.5), seq=None),
    _schema("seq-true", content(seq=True), seq=None),
    _schema("clock-unknown-and-seq-twice", b'{"v": 1, "seq": 1, "seq": 2, "clock": "x", "boot": "5f0c9a1e"}', seq=None),
    _schema("samples-absent", content(samples=...)),
    _schema("samples-null", content(samples=None)),
    _schema("samples-object", content(samples={"0": sample(_GOOD)})),
    _schema("key-twice-in-values", _TEXT.replace(b'"noise": 40', b'"noise": 40, "noise": 41')),
    _schema("key-twice-escaped", _TEXT.replace(b'"noise": 40', rb'"noise": 40, "n\u006fise": 41')),
    _schema("key-twice-in-sample", _TEXT.replace(b'"source"', b'"at": 1, "source"')),
    _schema("key-twice-at-top", _TEXT.replace(b'"clock"', b'"clock": "none", "clock"')),
    _schema("key-twice-samples", _TEXT.replace(b'"samples"', b'"samples": [], "samples"')),
    _schema("key-twice-seq", _TEXT.replace(b'"seq"', b'"seq": 1, "seq"'), seq=None),
    _schema("key-twice-boot", _TEXT.replace(b'"boot"', b'"boot": "a", "boot"'), None),
)

TOO_LARGE = (
    telemetry("64-kib-and-1", _TEXT.ljust(65_537), malformed=Reason.TOO_LARGE),
    telemetry("1-mib-of-nothing", bytes(1 << 20), malformed=Reason.TOO_LARGE, boot=None, seq=None),
    telemetry("1001-samples", content(*[sample({})] * 1001), malformed=Reason.TOO_LARGE),
)

CASES = TOPICS + NOT_JSON + SCHEMA + TOO_LARGE
