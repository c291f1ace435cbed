"""What the simulator encodes is what wire reads. They share no code, so each checks the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from devices import boxes, quantities
from devices.quantities import CATALOGUE
from devices.readings import Clock, Mode, Reading, Status
from devices.wire import parsing
from firmware_sim import box_ids, sensors
from firmware_sim import wire as sim_wire
from tests.wire_cases import RECEIVED_AT

BOX = "71-01"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOW_MS = (RECEIVED_AT - EPOCH) // timedelta(milliseconds=1)
DAY_MS = 86_400_000

many = settings(deadline=None, max_examples=100)

VALUES = st.fixed_dictionaries(
    {},
    optional={
        name: st.floats(quantity.low, quantity.high).filter(lambda value: value not in {0, 85, -127})
        for name, quantity in CATALOGUE.items()
    },
)
SAMPLES = st.lists(
    st.builds(
        sim_wire.Sample,
        at_ms=st.integers(NOW_MS - 90 * DAY_MS, NOW_MS + 300_000),
        source=st.sampled_from(["core", "sensor-1", "sensor-255"]),
        values=VALUES,
    ),
    max_size=8,
)
BOOTS = st.text("0123456789abcdef", min_size=8, max_size=8)
STATUSES = st.builds(
    sim_wire.Status,
    online=st.booleans(),
    boot=BOOTS,
    at_ms=st.integers(NOW_MS - 90 * DAY_MS, NOW_MS + 300_000),
    battery_percent=st.floats(0, 100),
    clients=st.integers(0, 2**31 - 1),
    uplink=st.sampled_from(["lan", "mesh", "lte"]),
    interval_s=st.floats(0.1, 1e6),
    outbox=st.integers(0, 2**63 - 1),
    dropped=st.integers(0, 2**63 - 1),
    position=st.builds(
        box_ids.Position, latitude=st.floats(1.5, 90), longitude=st.floats(-180, 180)
    ),  # near 0, 0 a receiver has no fix
)


def moment(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)


@many
@given(samples=SAMPLES, boot=BOOTS, seq=st.integers(1, 2**63 - 1), sent_ms=st.integers(0, 2 * NOW_MS))
def test_every_sample_arrives_as_it_was_measured(
    samples: list[sim_wire.Sample], boot: str, seq: int, sent_ms: int
) -> None:
    payload = sim_wire.telemetry(boot, seq, sent_ms, sim_wire.samples(samples))

    message = parsing.parse(sim_wire.topic(BOX, "telemetry"), payload, RECEIVED_AT)

    assert message.rejected == ()
    assert message.readings == tuple(
        Reading(sample.source, quantity, moment(sample.at_ms), value)
        for sample in samples
        for quantity, value in sample.values.items()
    )
    assert (message.box, message.boot, message.seq) == (BOX, boot, seq)
    assert (message.sent_at, message.clock) == (moment(sent_ms), Clock.NTP)


@many
@given(said=STATUSES)
def test_a_status_arrives_as_it_was_said(said: sim_wire.Status) -> None:
    message = parsing.parse(sim_wire.topic(BOX, "status"), sim_wire.status(said), RECEIVED_AT)

    latitude, longitude = quantities.position(said.position.latitude, said.position.longitude)
    assert message.rejected == ()
    assert message.status == Status(
        online=said.online,
        at=moment(said.at_ms),
        boot=said.boot,
        mode=Mode.NORMAL,
        mains=True,
        router_powered=True,
        uplink=said.uplink,
        battery_percent=said.battery_percent,
        clients=said.clients,
        interval_s=said.interval_s,
        outbox=said.outbox,
        firmware=sim_wire.FIRMWARE,
        latitude=latitude,
        longitude=longitude,
    )


def test_the_last_will_is_a_box_that_is_gone() -> None:
    message = parsing.parse(sim_wire.topic(BOX, "status"), sim_wire.WILL, RECEIVED_AT)

    assert message.status == Status(online=False)


@many
@given(seed=st.integers(0, 1000), box=st.sampled_from(["71-01", "7c-ff", "hof"]), ago_ms=st.integers(0, 365 * DAY_MS))
def test_no_measurement_of_the_simulator_is_rejected(seed: int, box: str, ago_ms: int) -> None:
    measured = sensors.measure(seed, box, NOW_MS - ago_ms)
    samples = [sim_wire.Sample(NOW_MS - ago_ms, source, values) for source, values in measured.items()]

    message = parsing.parse(
        sim_wire.topic(box, "telemetry"),
        sim_wire.telemetry("5f0c9a1e", 1, NOW_MS, sim_wire.samples(samples)),
        RECEIVED_AT,
    )

    assert message.rejected == ()
    assert len(message.readings) == sum(len(values) for values in measured.values()) > 10


@many
@given(text=st.one_of(st.text(max_size=40), st.from_regex(r"[a-z0-9-]{1,34}", fullmatch=True)))
def test_both_sides_agree_on_what_a_box_id_is(text: str) -> None:
    assert box_ids.is_id(text) == boxes.is_id(text)
