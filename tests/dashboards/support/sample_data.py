# ruff: noqa: E501 -- SQL reads better in one piece
"""Data of a small city over a year: boxes of four districts, one of them in a blackout. Written with INSERT only."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from storage.migrate import Tier
from storage.rollups import RollupMaker

if TYPE_CHECKING:
    from kiezbox.db import Connection

BOXES = 12
FOLLOWED = "71-01"  # a box on battery

# $1 now
_BOXES = """
INSERT INTO box (id, district, number, name, latitude, longitude, registered_at, first_seen, last_seen)
SELECT lpad(to_hex(113 + n / 3), 2, '0') || '-' || lpad(to_hex(n % 3 + 1), 2, '0'), 113 + n / 3, n % 3 + 1,
       (ARRAY['Rathaus', 'Bibliothek', 'Schule', 'Feuerwache', 'Markt', 'Kita', 'Park', 'Bahnhof', 'Kirche', 'Hafen',
              'Klinik', 'Sporthalle'])[n + 1],
       52.46 + 0.021 * (n / 3) + 0.006 * (n % 3), 13.29 + 0.045 * (n % 3) + 0.021 * (n / 3), $1::timestamptz - INTERVAL '366 days',
       $1::timestamptz - INTERVAL '366 days', $1::timestamptz - CASE WHEN n = 5 THEN INTERVAL '3 hours' ELSE INTERVAL '40 seconds' END
FROM generate_series(0, 11) AS n
"""
_SERIES = """
INSERT INTO series (box, source, quantity)
SELECT box.id, CASE WHEN q.name LIKE 'battery%' OR q.name LIKE '%outside' THEN 'core' ELSE 'sensor-1' END, q.name
FROM box, (VALUES ('temperature_outside'), ('humidity'), ('pm2_5'), ('pm10'), ('noise'), ('battery_voltage')) AS q (name)
ORDER BY box.id, q.name
"""
# $1 now, $2 from, $3 until, $4 step in seconds: a yearly and a daily wave for each quantity, and noise that is the same each time.
_READINGS = """
INSERT INTO reading (measured_at, value, series, delay_s)
SELECT at, round(CASE series.quantity
           WHEN 'temperature_outside' THEN 11 + 13 * yearly + 5 * daily + 2 * turn
           WHEN 'humidity' THEN 65 - 15 * daily + 5 * turn
           WHEN 'pm2_5' THEN 9 - 5 * yearly + 3 * turn + CASE WHEN turn > 0.8 THEN 12 ELSE 0 END
           WHEN 'pm10' THEN 18 - 8 * yearly + 6 * turn + CASE WHEN turn > 0.8 THEN 22 ELSE 0 END
           WHEN 'noise' THEN 48 + 8 * daily + 4 * turn
           ELSE 12.8 + 0.3 * daily END::numeric, 1), series.id, (series.id % 4)::int
FROM series
CROSS JOIN generate_series($2::timestamptz, $3::timestamptz - INTERVAL '1 second', $4::int * INTERVAL '1 second') AS at
CROSS JOIN LATERAL (
    SELECT -cos((extract(doy FROM at) - 20) * 0.01721) AS yearly, -cos((extract(hour FROM at) - 3) * 0.2618) AS daily,
           sin(extract(epoch FROM at) / 91234 + series.id * 1.7) AS turn
) AS wave
WHERE series.box <> '72-03' OR at < $1::timestamptz - INTERVAL '3 hours'
ORDER BY series.id, at
ON CONFLICT DO NOTHING
"""
_LATEST = """
INSERT INTO latest (series, measured_at, value, flag, received_at)
SELECT series.id, newest.measured_at, newest.value, newest.flag, newest.measured_at + newest.delay_s * INTERVAL '1 second'
FROM series CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE reading.series = series.id AND reading.measured_at > $1::timestamptz - INTERVAL '1 day'
    ORDER BY measured_at DESC LIMIT 1) AS newest
"""
# District 71 lost its mains five hours ago; 72-03 fell silent three hours ago.
_STATUS = """
INSERT INTO status (box, at, received_at, online, mode, mains, router_powered, uplink, battery_percent, clients, interval_s,
                    outbox, boot, firmware)
SELECT box.id, at, at + INTERVAL '1 second', true, CASE WHEN dark THEN 'emergency' ELSE 'normal' END, NOT dark, true,
       CASE WHEN dark THEN 'mesh' ELSE 'lan' END,
       CASE WHEN dark THEN 97 - extract(epoch FROM at - ($1::timestamptz - INTERVAL '5 hours')) / 3600 * (1 + box.number) ELSE 99 END,
       (extract(hour FROM at) + box.number)::int, 60, CASE WHEN dark THEN 40 ELSE 0 END, 'b' || box.number, '1.4.0'
FROM box
CROSS JOIN generate_series($1::timestamptz - INTERVAL '2 days', $1::timestamptz - INTERVAL '1 minute', INTERVAL '20 minutes') AS at
CROSS JOIN LATERAL (
    SELECT box.district = 113 AND at > $1::timestamptz - INTERVAL '5 hours' OR box.id = '73-01' AND at > $1::timestamptz - INTERVAL '30 minutes'
        AS dark
) AS power
WHERE box.id <> '72-03' OR at < $1::timestamptz - INTERVAL '3 hours'
"""
_SILENT = """
INSERT INTO status (box, at, received_at, online) VALUES
    ('72-03', $1::timestamptz - INTERVAL '178 minutes', $1::timestamptz - INTERVAL '178 minutes', false)
"""
_BOOKS = """
INSERT INTO message_ledger (minute, box, messages_received, messages_stored, messages_duplicate, messages_rejected,
                            readings_received, readings_stored, readings_duplicate, readings_rejected, messages_lost)
SELECT minute, box.id, 6, 5, 1, 0, 36, 30, 5, 1, 0
FROM box, generate_series(date_trunc('minute', $1::timestamptz) - INTERVAL '2 days', $1::timestamptz, INTERVAL '10 minutes') AS minute
"""
_PROGRESS = """
INSERT INTO progress (box, boot, highest_seq, missing, clock, clock_skew_s, last_sent_at, last_received_at)
SELECT id, boot, 4000, CASE WHEN boot = 'b0' THEN '{[7,9),[12,13)}'::int8multirange ELSE '{}' END, 'ntp',
       CASE id WHEN '73-02' THEN -74.5 ELSE 0.2 END, at, at
FROM box, (VALUES ('b0', $1::timestamptz - INTERVAL '9 days'), ('b1', $1::timestamptz - INTERVAL '1 minute')) AS start (boot, at)
"""
_REJECTS = """
INSERT INTO reject (received_at, box, topic, payload, reason, detail, readings)
SELECT $1::timestamptz - n * INTERVAL '37 minutes', '71-01', 'kb/v1/71-01/telemetry', '\\x00',
       (ARRAY['bad_time', 'out_of_range', 'bad_json'])[n % 3 + 1],
       (ARRAY['measured 12 minutes ahead', 'temperature_outside -127', 'it ends too early'])[n % 3 + 1], n % 3
FROM generate_series(1, 20) AS n
"""
_UPKEEP = """
INSERT INTO maintenance_part (part, succeeded_at, failed_at, failures, failure) VALUES
    ('ledger', $1::timestamptz - INTERVAL '5 minutes', NULL, 0, NULL),
    ('policies', $1::timestamptz - INTERVAL '2 days', $1::timestamptz - INTERVAL '5 minutes', 288, 'it was refused')
"""
_BACKUP = """
INSERT INTO backup (name, every, noted_at, succeeded_at) VALUES
    ('nightly', INTERVAL '1 day', $1::timestamptz - INTERVAL '30 days', $1::timestamptz - INTERVAL '7 hours')
"""
_OUTAGES = """
INSERT INTO outage (id, names, grade, since, until, told_at, boxes_out, boxes_heard, area_km2, ortsteile, streets, cells, large,
                    boxes_most, streets_most)
VALUES
    ('0192f3c0-0000-7000-8000-0000000000b1', ARRAY['0192f3c0-0000-7000-8000-0000000000b1'::uuid], 'firm',
     $1::timestamptz - INTERVAL '300 minutes', NULL, $1::timestamptz - INTERVAL '40 seconds', ARRAY['71-01', '71-02'], 3, 1.9,
     ARRAY['Schöneberg'], ARRAY['Hauptstraße (0701)', 'Rubensstraße (0701)'], '{"type": "FeatureCollection", "features": []}',
     ARRAY['duration'], 2, 2),
    ('0192f3c0-0000-7000-8000-0000000000b2', ARRAY['0192f3c0-0000-7000-8000-0000000000b2'::uuid], 'single',
     $1::timestamptz - INTERVAL '500 minutes', $1::timestamptz - INTERVAL '420 minutes', $1::timestamptz - INTERVAL '1 minute',
     '{}', 1, 0.4, ARRAY['Friedenau'], '{}', '{"type": "FeatureCollection", "features": []}', '{}', 1, 12)
"""
_CRISIS = """
INSERT INTO crisis_event (id, node, at, actor, kind, body, received_at)
SELECT id::uuid, 'hub', $1::timestamptz - minutes * INTERVAL '1 minute', actor, kind, body::jsonb,
       $1::timestamptz - minutes * INTERVAL '1 minute'
FROM (VALUES
    ('0192f3c0-0000-7000-8000-000000000001', 3000, 'anna', 'mode_set', '{"area": "all", "mode": "normal", "v": 1}'),
    ('0192f3c0-0000-7000-8000-000000000002', 280, 'bert', 'mode_set',
     '{"area": "district-71", "mode": "emergency", "reason": "Stromausfall", "v": 1}'),
    ('0192f3c0-0000-7000-8000-000000000003', 50, 'bert', 'notice_published',
     '{"notice": "0192f3c0-0000-7000-8000-0000000000aa", "fields": {"texts.de": {"headline": "Stromausfall in Schöneberg"},
       "texts.en": {"headline": "Power cut in Schöneberg"}, "severity": "Severe", "area": "district-71"}, "v": 1}'),
    ('0192f3c0-0000-7000-8000-000000000004', 40, 'resident', 'distress_received',
     '{"kind": "medical", "text": "Sauerstoffgerät ohne Strom", "people": 1, "box": "71-01", "contact": "030 123", "v": 1}'),
    ('0192f3c0-0000-7000-8000-000000000005', 12, 'resident', 'distress_received',
     '{"kind": "help", "people": 2, "box": "71-02", "v": 1}'),
    ('0192f3c0-0000-7000-8000-000000000006', 30, 'anna', 'distress_taken',
     '{"distress": "0192f3c0-0000-7000-8000-000000000004", "v": 1}'),
    ('0192f3c0-0000-7000-8000-000000000007', 90, 'resident', 'report_received',
     '{"kind": "need", "text": "Wasser", "people": 4, "box": "71-03", "v": 1}'),
    ('0192f3c0-0000-7000-8000-000000000008', 200, 'resident', 'report_received',
     '{"kind": "offer", "text": "Decken", "box": "73-01", "v": 1}'),
    ('0192f3c0-0000-7000-8000-000000000009', 100, 'anna', 'report_answered',
     '{"report": "0192f3c0-0000-7000-8000-000000000008", "text": "Danke", "v": 1}'),
    ('0192f3c0-0000-7000-8000-00000000000a', 35, 'anna', 'incident_put',
     '{"incident": "0192f3c0-0000-7000-8000-0000000000c1", "fields": {"sort": "medical", "priority": 1, "area": "district-71"}, "v": 1}'),
    ('0192f3c0-0000-7000-8000-00000000000b', 600, 'anna', 'duty_put',
     '{"duty": "0192f3c0-0000-7000-8000-0000000000d1", "person": "anna", "days": [0, 1, 2, 3, 4, 5, 6], "v": 1}')
) AS event (id, minutes, actor, kind, body)
"""


async def write_events(connection: Connection, now: datetime) -> None:
    """Everything but readings: statuses, the ledger, rejects, and what happened in the crisis part."""
    for statement in (_STATUS, _SILENT, _BOOKS, _PROGRESS, _REJECTS, _UPKEEP, _BACKUP, _CRISIS, _OUTAGES):
        await connection.execute(statement, now)


async def fill(connection: Connection, now: datetime, days: int, step_s: int) -> None:
    """The city with `days` of readings every `step_s`, the last two days every ten minutes."""
    await connection.execute(_BOXES, now)
    await connection.execute(_SERIES)
    at = now - timedelta(days=days)
    while at < now:
        until = min(at + timedelta(days=30), now)
        await connection.execute(_READINGS, now, at, until, step_s)
        at = until
    fresh = now - timedelta(days=2) + timedelta(seconds=560)  # so that the newest of them is 40 seconds old
    await connection.execute(_READINGS, now, fresh, now, 600)
    await connection.execute(_LATEST, now)
    await write_events(connection, now)


async def roll_up(connection: Connection, tier: Tier) -> None:
    """What maintenance and the Community edition do in the background: all rollups up to date."""
    if tier is Tier.COMMUNITY:
        await connection.execute("CALL refresh_continuous_aggregate('rolled_5m', NULL, NULL)")
    await RollupMaker(connection, asyncio.Event()).run(datetime.now(UTC))
    await connection.execute("ANALYZE")
