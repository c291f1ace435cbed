"""Telemetry that is read, at least in part: what is stored and what is rejected beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from devices.readings import Clock, Flag
from kiezbox.errors import Reason
from tests.devices.support.case import AT, AT_MS, BOOT, SENT_AT, Case, after, content, reading, sample, telemetry

_OUTSIDE = reading("temperature_outside", 4.5)
_GOOD = {"temperature_outside": 4.5}

# protocol.md, Quantities: written again here, so that a mistake in the catalogue is found.
LIMITS = {
    "temperature_outside": (-60, 70),
    "temperature_inside": (-60, 120),
    "humidity_inside": (0, 100),
    "temperature_clock": (-60, 120),
    "solar_voltage": (0, 200),
    "solar_power": (0, 5000),
    "solar_energy_today": (0, 100),
    "solar_energy_total": (0, 1_000_000),
    "battery_voltage": (0, 80),
    "battery_current": (-500, 500),
    "temperature": (-60, 70),
    "humidity": (0, 100),
    "pressure": (300, 1100),
    "gas_resistance": (0, 100_000),
    "pm2_5": (0, 2000),
    "pm10": (0, 2000),
    "noise": (0, 160),
    "water_level": (0, 2000),
    "wifi_clients": (0, 10_000),
    "pm1": (0, 2000),
    "pm4": (0, 2000),
    "co2": (100, 40_000),
    "noise_min": (0, 160),
    "noise_max": (0, 160),
    "illuminance": (0, 200_000),
    "wind_speed": (0, 120),
    "wind_gust": (0, 120),
    "wind_direction": (0, 360),
    "rain_1h": (0, 500),
    "rain_24h": (0, 2000),
    "soil_moisture": (0, 100),
    "soil_temperature": (-60, 100),
    "voc_index": (1, 500),
    "nox_index": (1, 500),
    "iaq": (0, 500),
    "radiation": (0, 10_000),
}


_LAST_MS = 253_402_300_799_000  # 9999-12-31 23:59:59 UTC


def _at_limits(quantity: str, low: int, high: int) -> Case:
    values = (low, high, low - 0.001, high + 0.001)
    return telemetry(
        f"limits-{quantity.replace('_', '-')}",
        content(*(sample({quantity: value}, AT_MS + index) for index, value in enumerate(values))),
        readings=(reading(quantity, low), reading(quantity, high, at=after(1))),
        rejected=(("core", quantity, Reason.OUT_OF_RANGE),) * 2,
    )


def _odd(name: str, value: str, reason: Reason) -> Case:
    """A value as it stands in JSON, between two good ones."""
    payload = json.dumps(content(sample({"pressure": 1000, "pm10": "ODD", "noise": 40}))).replace('"ODD"', value)
    return telemetry(
        name,
        payload.encode(),
        readings=(reading("pressure", 1000.0), reading("noise", 40.0)),
        rejected=(("core", "pm10", reason),),
    )


def _bad(name: str, values: dict[str, float], bad: tuple[str, ...]) -> Case:
    """Values of which some are known to be a broken sensor's."""
    return telemetry(
        name,
        content(sample(values)),
        readings=tuple(reading(quantity, value) for quantity, value in values.items() if quantity not in bad),
        rejected=tuple(("core", quantity, Reason.OUT_OF_RANGE) for quantity in bad),
    )


def _bad_time(name: str, at_ms: int, *, only_at_received_at: bool = False) -> Case:
    """A sample with a time that cannot be, beside a good one."""
    return telemetry(
        name,
        content(sample({"pm2_5": 1, "nonsense": 2}, at_ms), sample(_GOOD)),
        readings=(_OUTSIDE,),
        rejected=(("core", "pm2_5", Reason.BAD_TIME), ("core", "nonsense", Reason.BAD_TIME)),
        only_at_received_at=only_at_received_at,
    )


def _clock(clock: Clock) -> Case:
    flag = Flag.CLOCK_UNSET if clock is Clock.NONE else Flag.NONE
    return telemetry(
        f"clock-{clock}",
        content(sample(_GOOD), clock=clock.value),
        clock=clock,
        readings=(reading("temperature_outside", 4.5, flag=flag),),
    )


WHOLE = (
    telemetry(
        "protocol-example",
        b"""{"v": 1, "boot": "5f0c9a1e", "seq": 412, "sent": 1763853600200, "clock": "ntp",
 "samples": [{"at": 1763853590000, "source": "core",
              "values": {"temperature_outside": -4.25, "battery_voltage": 13.28}},
             {"at": 1763853591000, "source": "sensor-3", "values": {"pm2_5": 12.3, "noise": 51.2}}]}""",
        readings=(
            reading("temperature_outside", -4.25),
            reading("battery_voltage", 13.28),
            reading("pm2_5", 12.3, "sensor-3", after(1000)),
            reading("noise", 51.2, "sensor-3", after(1000)),
        ),
    ),
    *(_clock(clock) for clock in Clock),
    telemetry("no-samples", content()),
    telemetry("no-values", content(sample({}))),
    telemetry("sent-and-clock-absent", content(sent=..., clock=...), sent_at=None, clock=None),
    telemetry("sent-and-clock-null", content(sent=None, clock=None), sent_at=None, clock=None),
    telemetry("sent-1970", content(sent=0), sent_at=datetime(1970, 1, 1, tzinfo=UTC)),
    telemetry("sent-beyond-year-9999", content(sent=10**18), sent_at=None),
    telemetry(
        "the-last-second-that-there-is",
        content(sample({"pm2_5": 1}, _LAST_MS), sent=_LAST_MS),
        sent_at=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
        rejected=(("core", "pm2_5", Reason.BAD_TIME),),
    ),
    telemetry("sent-before-year-1", content(sent=-(10**18)), sent_at=None),
    telemetry(
        "unknown-keys", content(sample(_GOOD) | {"new": {"a": [1, {}]}}, firmware="2", n=None), readings=(_OUTSIDE,)
    ),
    telemetry("unicode-in-unknown-key", content(sample(_GOOD), größe="🏠 بيت"), readings=(_OUTSIDE,)),
    telemetry("colons-in-unknown-text", content(sample(_GOOD), note='a: "b": c'), readings=(_OUTSIDE,)),
    telemetry(
        "escaped-keys",
        json.dumps(content(sample({"noise": 40}))).replace("noise", r"\u006eoise").replace("seq", r"s\u0065q").encode(),
        readings=(reading("noise", 40.0),),
    ),
    telemetry("space-before", b" \r\n\t" + json.dumps(content(sample(_GOOD))).encode(), readings=(_OUTSIDE,)),
    telemetry("seq-1", content(seq=1), seq=1),
    telemetry("seq-int8-max", content(seq=2**63 - 1), seq=2**63 - 1),
    telemetry("boot-64-characters", content(boot="a" * 64), boot="a" * 64),
    telemetry("boot-uuid", content(boot="0192F3C0-6a1e-7b3c.1:_"), boot="0192F3C0-6a1e-7b3c.1:_"),
    telemetry("box-of-one-character", content(sample(_GOOD)), box="a", readings=(_OUTSIDE,)),
    telemetry("box-of-32-characters", content(sample(_GOOD)), box="a" * 32, readings=(_OUTSIDE,)),
    telemetry("box-numbered", content(sample(_GOOD)), box="71-fe", readings=(_OUTSIDE,)),
    telemetry(
        "box-unconfigured",
        content(sample({"temperature_outside": 85}), clock="none"),
        box="00-00",
        clock=Clock.NONE,
        readings=(reading("temperature_outside", 85.0, flag=Flag.UNCONFIGURED | Flag.CLOCK_UNSET | Flag.SUSPECT),),
    ),
    telemetry(
        "source-of-32-characters",
        content(sample(_GOOD, source="s" * 32)),
        readings=(reading("temperature_outside", 4.5, "s" * 32),),
    ),
    telemetry(
        "the-same-value-twice",
        content(sample(_GOOD), sample(_GOOD), sample({"temperature_outside": 5})),
        readings=(_OUTSIDE, _OUTSIDE, reading("temperature_outside", 5.0)),
    ),
    telemetry(
        "1000-samples",
        json.dumps(
            content(*(sample({"noise": 40}, AT_MS - index) for index in range(1000))), separators=(",", ":")
        ).encode(),
        readings=tuple(reading("noise", 40.0, at=after(-index)) for index in range(1000)),
    ),
    telemetry("64-kib", json.dumps(content(sample(_GOOD))).encode().ljust(65_536), readings=(_OUTSIDE,)),
    # Its box is registered nowhere: parse cannot know, ingest rejects it as `unknown_box` when it is told to.
    telemetry("stranger", content(sample(_GOOD)), readings=(_OUTSIDE,)),
)

VALUES = (
    *(_at_limits(quantity, low, high) for quantity, (low, high) in LIMITS.items()),
    _odd("value-nan", "NaN", Reason.OUT_OF_RANGE),
    _odd("value-infinity", "Infinity", Reason.OUT_OF_RANGE),
    _odd("value-minus-infinity", "-Infinity", Reason.OUT_OF_RANGE),
    _odd("value-1e999", "1e999", Reason.OUT_OF_RANGE),
    _odd("value-minus-1e999", "-1e999", Reason.OUT_OF_RANGE),
    _odd("value-400-digits", "9" * 400, Reason.OUT_OF_RANGE),
    _odd("value-4300-digits", "9" * 4300, Reason.OUT_OF_RANGE),
    _odd("value-null", "null", Reason.BAD_SCHEMA),
    _odd("value-true", "true", Reason.BAD_SCHEMA),
    _odd("value-text", '"12.3"', Reason.BAD_SCHEMA),
    _odd("value-text-nan", '"NaN"', Reason.BAD_SCHEMA),
    _odd("value-text-with-nul", r'"\u0000"', Reason.BAD_SCHEMA),
    _odd("value-list", "[12.3]", Reason.BAD_SCHEMA),
    _odd("value-object", '{"value": 12.3}', Reason.BAD_SCHEMA),
    _odd("value-nested-150-deep", "[" * 150 + "]" * 150, Reason.BAD_SCHEMA),
    telemetry(
        "value-notations",
        b'{"v":1,"boot":"5f0c9a1e","seq":412,"sent":1763853600200,"clock":"ntp","samples":[{"at":1763853590000,'
        b'"source":"core","values":{"noise":4e1,"pm10":1.25E+1,"pm2_5":1e-999,"battery_current":-0,"temperature":-0.0}}]}',
        readings=(
            reading("noise", 40.0),
            reading("pm10", 12.5),
            reading("pm2_5", 0.0),
            reading("battery_current", 0.0),
            reading("temperature", 0.0),
        ),
    ),
    telemetry(
        "quantity-unknown",
        content(sample({"loudness": 3, "noise": 40, "": 1, "Noise": 41, "a\0b": 1, "ü" * 300: None})),
        readings=(reading("noise", 40.0),),
        rejected=tuple(
            ("core", name, Reason.UNKNOWN_QUANTITY) for name in ("loudness", "", "Noise", "a\ufffdb", "ü" * 62 + "…")
        ),
    ),
    telemetry(
        "every-value-rejected",
        content(sample({"noise": -1, "pm10": None, "loudness": 1})),
        rejected=(
            ("core", "noise", Reason.OUT_OF_RANGE),
            ("core", "pm10", Reason.BAD_SCHEMA),
            ("core", "loudness", Reason.UNKNOWN_QUANTITY),
        ),
    ),
    # Known bad values.
    _bad("outside-unplugged", {"temperature_outside": -127, "noise": 40}, ("temperature_outside",)),
    _bad("outside-unplugged-float", {"temperature_outside": -127.0}, ("temperature_outside",)),
    telemetry(
        "outside-power-on",
        content(sample({"temperature_outside": 85.0}), sample({"temperature_outside": 85.5}, AT_MS + 1)),
        readings=(reading("temperature_outside", 85.0, flag=Flag.SUSPECT),),
        rejected=(("core", "temperature_outside", Reason.OUT_OF_RANGE),),
    ),
    _bad("85-is-hot-elsewhere", {"temperature_inside": 85, "temperature": 85}, ("temperature",)),
    _bad(
        "inside-nan-as-zeros",
        {"temperature_inside": 0, "humidity_inside": 0.0, "noise": 40},
        ("temperature_inside", "humidity_inside"),
    ),
    _bad("inside-zero-degrees", {"temperature_inside": 0, "humidity_inside": 40}, ()),
    _bad("inside-zero-degrees-alone", {"temperature_inside": 0}, ()),
    _bad("inside-zero-humidity", {"temperature_inside": 20, "humidity_inside": 0}, ()),
    telemetry(
        "inside-zeros-apart",
        content(sample({"temperature_inside": 0}), sample({"humidity_inside": 0}, AT_MS + 1)),
        readings=(reading("temperature_inside", 0.0), reading("humidity_inside", 0.0, at=after(1))),
    ),
    telemetry(
        "inside-zero-and-false",
        content(sample({"temperature_inside": 0, "humidity_inside": False})),
        readings=(reading("temperature_inside", 0.0),),
        rejected=(("core", "humidity_inside", Reason.BAD_SCHEMA),),
    ),
    _bad(
        "inside-nan-as-int32-limits",
        {"temperature_inside": -2147483.648, "humidity_inside": 2147483.647},
        ("temperature_inside", "humidity_inside"),
    ),
)

TIMES = (
    _bad_time("time-0", 0),
    _bad_time("time-before-1970", -1),
    _bad_time("time-last-of-2019", 1_577_836_799_999),
    _bad_time("time-in-seconds", AT_MS // 1000),
    _bad_time("time-in-microseconds", AT_MS * 1000),
    _bad_time("time-huge", 10**40),
    _bad_time("time-huge-negative", -(10**40)),
    _bad_time("time-9999", 253_402_300_799_000),
    # 23:25:00.250 is 5 minutes after RECEIVED_AT.
    _bad_time("time-ahead", 1_763_853_900_251, only_at_received_at=True),
    telemetry(
        "time-just-not-ahead",
        content(sample(_GOOD, 1_763_853_900_250)),
        readings=(reading("temperature_outside", 4.5, at=datetime(2025, 11, 22, 23, 25, 0, 250_000, tzinfo=UTC)),),
    ),
    telemetry(
        "time-first-of-2020",
        content(sample(_GOOD, 1_577_836_800_000)),
        readings=(reading("temperature_outside", 4.5, at=datetime(2020, 1, 1, tzinfo=UTC)),),
    ),
    telemetry(
        "time-of-a-long-outage",
        content(sample(_GOOD, AT_MS - 30 * 86_400_000)),
        readings=(reading("temperature_outside", 4.5, at=after(-30 * 86_400_000)),),
    ),
)

assert AT < SENT_AT
assert BOOT.isalnum()


def _broken(name: str, broken: Any, *rejected: str, source: str = "core") -> Case:
    """A sample that is not what protocol.md describes, between two good ones."""
    return telemetry(
        name,
        content(sample(_GOOD), broken, sample({"noise": 40})),
        readings=(_OUTSIDE, reading("noise", 40.0)),
        rejected=tuple((source, quantity, Reason.BAD_SCHEMA) for quantity in rejected),
    )


_PM = {"pm10": 1, "pm2_5": 2}
# A broken sample costs itself, and its neighbours are stored.
BROKEN_SAMPLES = (
    _broken("sample-number", 5, "", source=""),
    _broken("sample-null", None, "", source=""),
    _broken("sample-text", "core", "", source=""),
    _broken("sample-list", [sample(_GOOD)], "", source=""),
    _broken("at-absent", {"source": "core", "values": _PM}, "pm10", "pm2_5"),
    _broken("at-null", sample(_PM, at=None), "pm10", "pm2_5"),
    _broken("at-true", sample(_PM, at=True), "pm10", "pm2_5"),
    _broken("at-text", sample(_PM, at="2025-11-22T23:19:50Z"), "pm10", "pm2_5"),
    _broken("at-fraction", sample(_PM, at=AT_MS + 0.5), "pm10", "pm2_5"),
    _broken("at-nan", sample(_PM, at=float("nan")), "pm10", "pm2_5"),
    _broken("at-wrong-and-no-values", sample({}, at="now"), ""),
    _broken("source-absent", {"at": AT_MS, "values": _PM}, "pm10", "pm2_5", source=""),
    _broken("source-number", sample(_PM, source=3), "pm10", "pm2_5", source=""),
    _broken("source-empty", sample(_PM, source=""), "pm10", "pm2_5", source=""),
    _broken("source-capital", sample(_PM, source="Core"), "pm10", "pm2_5", source="Core"),
    _broken("source-with-nul", sample(_PM, source="core\0"), "pm10", "pm2_5", source="core\ufffd"),
    _broken("source-with-line-end", sample(_PM, source="core\n"), "pm10", "pm2_5", source="core\ufffd"),
    _broken("source-33-characters", sample(_PM, source="s" * 33), "pm10", "pm2_5", source="s" * 31 + "…"),
    _broken("values-absent", {"at": AT_MS, "source": "core"}, ""),
    _broken("values-null", sample(None), ""),
    _broken("values-list", sample([1, 2]), ""),
)


def _remark(name: str, field: str, value: Any) -> Case:
    """A remark about the message that is not known here."""
    return telemetry(
        name,
        content(sample(_GOOD), **{field: value}),
        readings=(_OUTSIDE,),
        rejected=(("message", field, Reason.BAD_SCHEMA),),
        **{"sent_at" if field == "sent" else "clock": None},
    )


REMARKS = (
    _remark("clock-unknown", "clock", "galileo"),
    _remark("clock-number", "clock", 1),
    _remark("clock-list", "clock", ["ntp"]),
    _remark("sent-text", "sent", "now"),
    _remark("sent-fraction", "sent", AT_MS + 0.5),
    _remark("sent-true", "sent", True),
    _remark("sent-object", "sent", {"at": AT_MS}),
)


def _number(name: str, written: bytes) -> Case:
    """A value that a C library calls no number, between two good ones."""
    return telemetry(
        name,
        json.dumps(content(sample({"pressure": 1000, "pm10": "ODD", "noise": 40}))).encode().replace(b'"ODD"', written),
        readings=(reading("pressure", 1000.0), reading("noise", 40.0)),
        rejected=(("core", "pm10", Reason.OUT_OF_RANGE),),
    )


_TEXT = json.dumps(content(sample(_GOOD)))
# JSON has one kind of number, and devices write what their languages print.
WRITTEN = (
    _number("number-nan", b"nan"),
    _number("number-minus-nan", b"-nan"),
    _number("number-nan-capitals", b"NAN"),
    _number("number-nan-with-payload", b"-nan(ind)"),
    _number("number-inf", b"inf"),
    _number("number-plus-inf", b"+inf"),
    _number("number-minus-inf", b"-inf"),
    _number("number-infinity", b"infinity"),
    _number("number-inf-capitals", b"-INF"),
    _number("number-of-msvc", b"-1.#IND00"),
    _number("number-infinite-of-msvc", b"1.#INF"),
    _number("number-of-arduino", b"ovf"),
    telemetry(
        "number-nan-as-at",
        _TEXT.replace("]", ', {"at": nan, "source": "core", "values": {"pm10": 1}}]').encode(),
        readings=(_OUTSIDE,),
        rejected=(("core", "pm10", Reason.BAD_SCHEMA),),
    ),
    telemetry(
        "words-in-texts-stay-words",
        json.dumps(content(sample({"pm10": 'say "nan", -inf', "noise": 40}), note="nan, inf"))
        .encode()
        .replace(b"40", b'40, "pm2_5": nan'),
        readings=(reading("noise", 40.0),),
        rejected=(("core", "pm10", Reason.BAD_SCHEMA), ("core", "pm2_5", Reason.OUT_OF_RANGE)),
    ),
    telemetry(
        "whole-numbers-as-floats",
        b'{"v":1.0,"boot":"5f0c9a1e","seq":412.0,"sent":1763853600200.0,"clock":"ntp","samples":[{"at":1763853590000.0,'
        b'"source":"core","values":{"noise":40}}]}',
        readings=(reading("noise", 40.0),),
    ),
    telemetry(
        "whole-numbers-with-exponents",
        b'{"v":1e0,"boot":"5f0c9a1e","seq":4.12e2,"sent":1.7638536002E+12,"clock":"ntp","samples":[{"at":1.76385359e12,'
        b'"source":"core","values":{"noise":4e1}}]}',
        readings=(reading("noise", 40.0),),
    ),
    telemetry("byte-order-mark", b"\xef\xbb\xbf" + _TEXT.encode(), readings=(_OUTSIDE,)),
    telemetry("closing-nul", _TEXT.encode() + b"\0", readings=(_OUTSIDE,)),
)

PARTITIONED = (
    replace(telemetry("partition", content(sample(_GOOD)), readings=(_OUTSIDE,)), topic="kb/v1/partition/telemetry/11"),
)
CASES = WHOLE + VALUES + TIMES + BROKEN_SAMPLES + REMARKS + WRITTEN + PARTITIONED
