-- A box that measures is there, whatever the order of its last will, its statuses and its readings.

-- Whether a box measured anything after a moment, by the hub's clock: what its clock is ahead is taken off. Readings that only
-- arrived later say nothing: after an outage of ingest, a dead box's backlog comes after its last will.
CREATE FUNCTION measured_since(box text, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT EXISTS (
    SELECT FROM series JOIN latest ON latest.series = series.id
    WHERE series.box = $1 AND latest.received_at > $2 AND latest.measured_at > $2 + INTERVAL '1 second' * coalesce((
        SELECT progress.clock_skew_s FROM progress WHERE progress.box = $1 ORDER BY progress.last_received_at DESC LIMIT 1), 0))
$$;
COMMENT ON FUNCTION measured_since IS 'Whether a box measured anything after a moment: then a last will of that moment is over';

-- Only what makes a box unreachable differs from 0016_window.sql.
CREATE OR REPLACE VIEW box_state AS
SELECT seen.id, seen.district, seen.number, seen.name, seen.latitude, seen.longitude, seen.heard_at, seen.rhythm_s,
       seen.told_at, seen.mode, seen.mains, seen.uplink, seen.battery_percent, seen.clients, seen.outbox, seen.firmware,
       seen.state,
       CASE seen.state WHEN 'unreachable' THEN seen.heard_at WHEN 'unknown' THEN NULL
                       ELSE coalesce(power.since, seen.told_at) END AS since,
       -- From how fast it has been emptying; else from the goal that a full battery lasts five days (120 hours).
       CASE WHEN seen.mains IS NOT FALSE THEN NULL
            WHEN drain.percent >= 1 AND drain.hours >= 0.5 THEN seen.battery_percent / (drain.percent / drain.hours)
            ELSE seen.battery_percent * 1.2 END AS hours_left,
       CASE WHEN seen.mains IS NOT FALSE OR seen.battery_percent IS NULL THEN NULL
            WHEN drain.percent >= 1 AND drain.hours >= 0.5 THEN 'measured' ELSE 'goal' END AS hours_by
FROM (
    SELECT box.id, box.district, box.number, box.name,
           coalesce(told.latitude, box.latitude) AS latitude, coalesce(told.longitude, box.longitude) AS longitude,
           told.received_at AS told_at, told.mode, told.mains, told.uplink, told.battery_percent, told.clients,
           told.outbox, told.firmware, heard.at AS heard_at, rhythm.seconds AS rhythm_s,
           CASE WHEN heard.at IS NULL THEN 'unknown'
                WHEN presence.online IS FALSE AND NOT measured_since(box.id, presence.received_at)
                     OR now() - heard.at > rhythm.seconds * 3 * INTERVAL '1 second'
                THEN 'unreachable'
                WHEN told.mains THEN 'mains' WHEN NOT told.mains THEN 'battery' ELSE 'reachable' END AS state
    FROM box
    LEFT JOIN LATERAL (
        SELECT status.online, status.received_at FROM status WHERE status.box = box.id
        ORDER BY status.received_at DESC, status.at DESC LIMIT 1
    ) AS presence ON true
    LEFT JOIN LATERAL (
        SELECT * FROM status
        WHERE status.box = box.id AND (status.online OR status.boot IS NOT NULL OR status.mode <> 'unknown')
        ORDER BY status.received_at DESC, status.at DESC LIMIT 1
    ) AS told ON true
    LEFT JOIN LATERAL (
        SELECT latest.series, latest.measured_at, latest.received_at
        FROM series JOIN latest ON latest.series = series.id
        WHERE series.box = box.id ORDER BY series.source = 'core' DESC, latest.measured_at DESC, latest.series LIMIT 1
    ) AS line ON true
    CROSS JOIN LATERAL (SELECT greatest(line.received_at, presence.received_at, box.last_seen) AS at) AS heard
    LEFT JOIN LATERAL (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap.seconds) AS seconds, count(*) AS readings
        FROM (
            SELECT extract(epoch FROM measured_at - lag(measured_at) OVER (ORDER BY measured_at))::float8 AS seconds
            FROM (
                SELECT reading.measured_at FROM reading
                WHERE reading.series = line.series
                  AND reading.measured_at > now() - INTERVAL '8 days'  -- a constant bound: few chunks to plan for
                ORDER BY reading.measured_at DESC LIMIT 20
            ) AS newest
            WHERE newest.measured_at > line.measured_at - INTERVAL '2 days'
        ) AS gap
    ) AS learnt ON true
    -- Its own rhythm, as it was learnt or as it says; never under a minute, and an hour where nothing is known.
    CROSS JOIN LATERAL (
        SELECT greatest(60, coalesce(CASE WHEN learnt.readings >= 5 THEN learnt.seconds END, told.interval_s, 1200)) AS seconds
    ) AS rhythm
) AS seen
LEFT JOIN LATERAL (
    SELECT min(status.received_at) AS since FROM status
    WHERE status.box = seen.id AND status.mains = seen.mains AND status.received_at > coalesce((
        SELECT other.received_at FROM status AS other WHERE other.box = seen.id AND other.mains <> seen.mains
        ORDER BY other.received_at DESC LIMIT 1), '-infinity')
) AS power ON true
LEFT JOIN LATERAL (
    SELECT first.battery_percent - seen.battery_percent AS percent,
           extract(epoch FROM seen.told_at - first.received_at)::float8 / 3600 AS hours
    FROM status AS first
    WHERE seen.mains IS FALSE AND first.box = seen.id AND first.battery_percent IS NOT NULL
      AND first.received_at >= greatest(power.since, seen.told_at - INTERVAL '12 hours')
    ORDER BY first.received_at LIMIT 1
) AS drain ON true;
