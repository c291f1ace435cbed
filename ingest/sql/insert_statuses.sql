-- $1 box text[], $2 at timestamptz[], $3 received_at timestamptz[], $4 is_will boolean[], $5 online boolean[], $6 mode text[],
-- $7 mains boolean[], $8 router_powered boolean[], $9 uplink text[], $10 battery_percent float8[], $11 clients int[],
-- $12 interval_s float8[], $13 outbox bigint[], $14 boot text[], $15 firmware text[], $16 latitude float8[], $17 longitude float8[],
-- $18 retained boolean[], $19 redelivered boolean[]
-- A last will has no time of its own, and the broker repeats it on every subscription: it counts once per absence. A box that has
-- measured since its last will is not absent any more, so its next will counts, but not the retained copy of the old one.
-- NATS sends what was unacknowledged only ack_wait after what is new or retained. So a will that comes again counts for
-- nothing: if it still holds, the broker retains it. And a retained copy of what a box said counts only where no status of that
-- box is known: it came already, or is on its way through our session, and then it must be newer than the will before it.
INSERT INTO status (box, at, received_at, online, mode, mains, router_powered, uplink, battery_percent, clients,
                    interval_s, outbox, boot, firmware, latitude, longitude)
SELECT t.box, t.at, t.received_at, t.online, t.mode, t.mains, t.router_powered, t.uplink, t.battery_percent, t.clients,
       t.interval_s, t.outbox, t.boot, t.firmware, t.latitude, t.longitude
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::boolean[], $5::boolean[], $6::text[], $7::boolean[],
            $8::boolean[], $9::text[], $10::float8[], $11::int[], $12::float8[], $13::bigint[], $14::text[], $15::text[],
            $16::float8[], $17::float8[], $18::boolean[], $19::boolean[])
    AS t (box, at, received_at, is_will, online, mode, mains, router_powered, uplink, battery_percent, clients,
          interval_s, outbox, boot, firmware, latitude, longitude, retained, redelivered)
WHERE CASE WHEN t.is_will
           THEN NOT (t.redelivered AND NOT t.retained)
                AND coalesce((SELECT s.online OR (NOT t.retained AND measured_since(s.box, s.received_at))
                              FROM status AS s WHERE s.box = t.box ORDER BY s.received_at DESC LIMIT 1), true)
           ELSE NOT (t.retained AND EXISTS (SELECT FROM status AS s WHERE s.box = t.box)) END
ON CONFLICT DO NOTHING
RETURNING box, at
