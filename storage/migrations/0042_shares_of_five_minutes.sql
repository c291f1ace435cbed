-- Five minutes for what is made of them: the shares of a mean instead of the mean, of one kind, and by one way as long as nothing else
-- than stored_reading has any (docs/adr/0022-means-by-time.md). They take the place of two functions that saved less.
DROP FUNCTION reading_5m_few(integer[], timestamptz, timestamptz);
DROP FUNCTION arithmetic_5m_between(integer[], timestamptz, timestamptz);

-- As in 0029_means.sql; the exponential function takes half as long as a power, and needs no help with what is too small.
CREATE OR REPLACE FUNCTION mean_share(value float8, averaging smallint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE $2 WHEN 1 THEN $1 WHEN 2 THEN exp(least(greatest($1, -1000), 1000) * 0.23025850929940457) WHEN 3 THEN cosd($1) ELSE 0 END
$$;

-- As in 0029_means.sql; a mean of directions of which none is known is none, not north, and one is said to the billionth of a degree: from 0
-- to below 360, and what is less west of north than that is north.
CREATE OR REPLACE FUNCTION mean_of(averaging smallint, share float8, sine float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE $1 WHEN 1 THEN $2 WHEN 2 THEN 10 * log($2)
               WHEN 3 THEN CASE WHEN $2 * $2 + $3 * $3 >= 1e-18 THEN
                   round(CASE WHEN $3 < -1e-11 * abs($2) THEN 360 + atan2d($3, $2) ELSE abs(atan2d($3, $2)) END * 1e9) / 1e9 END END
$$;

CREATE FUNCTION is_mended_since(since timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN EXISTS (SELECT FROM conversion)
           OR EXISTS (SELECT FROM retention WHERE retention.relation = 'reading' AND retention.since > is_mended_since.since);
END
$$;
COMMENT ON FUNCTION is_mended_since IS 'Whether five minutes from then on may be folded, or of readings that are not converted yet';

-- Any five minutes, from what five_minutes_between says of them. It is not inlined, so that nobody plans for it who does not need it.
CREATE FUNCTION shares_5m_mended(of_series integer[], since timestamptz, until timestamptz, averaging smallint) RETURNS TABLE (
    series integer, bucket timestamptz, total float8, sine float8, length float8, min float8, max float8, count float8, last float8,
    is_by_message boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN QUERY
    SELECT part.series, part.bucket, part.count * mean_share(part.avg, $4), CASE $4 WHEN 3 THEN part.count * sind(part.avg) END,
           CASE WHEN part.avg IS NOT NULL THEN part.count::float8 END, part.min, part.max, part.count::float8, part.last, part.is_by_message
    FROM five_minutes_between($1, $2, $3) AS part;
END
$$;
COMMENT ON FUNCTION shares_5m_mended IS 'What shares_5m_between says where is_mended_since';

-- It is inlined, and `averaging` is a constant in what asks it: the plan has one of the branches. A value is worked out once, in the
-- innermost query, which stays one of its own (OFFSET 0). The condition on `bucket`, whose rows PostgreSQL thinks to be few, has it sort
-- what is nearly sorted; hashing fifty thousand buckets took half as long again. What is last is sorted out only where it is asked.
CREATE FUNCTION shares_5m_between(of_series integer[], since timestamptz, until timestamptz, averaging smallint, has_last boolean) RETURNS TABLE (
    series integer, bucket timestamptz, total float8, sine float8, length float8, min float8, max float8, count float8, last float8,
    is_by_message boolean)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, total, sine,
       CASE WHEN count = 1 THEN 1 WHEN total * total + sine * sine >= 1e-18 * count * count THEN sqrt(total * total + sine * sine) END AS length,
       min, max, count, last, false AS is_by_message
FROM (
    SELECT series, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           sum(CASE $4 WHEN 2 THEN exp(least(greatest(value, -1000), 1000) * 0.23025850929940457)
                       WHEN 3 THEN cos(value * 0.017453292519943295) ELSE value END) AS total,
           sum(CASE $4 WHEN 3 THEN sin(value * 0.017453292519943295) END) AS sine,
           min(value) AS min, max(value) AS max, count(*)::float8 AS count, (array_agg(value ORDER BY measured_at DESC))[1] AS last
    FROM (SELECT series, measured_at, reading_value(value, decimals, fine) AS value FROM stored_reading
          WHERE series = ANY ($1) AND measured_at >= $2 AND measured_at < $3 + INTERVAL '5 minutes' AND NOT is_mended_since($2) OFFSET 0) AS kept
    GROUP BY 1, 2
) AS five
WHERE bucket >= $2 AND bucket < $3
UNION ALL
SELECT series, bucket, total, sine, length, min, max, count, last, is_by_message FROM shares_5m_mended($1, $2, $3, $4) WHERE is_mended_since($2)
$$;
COMMENT ON FUNCTION shares_5m_between IS
    'Five minutes as sums: of values; of powers (averaging 2); of cosines and sines, with the length of both together, null where directions cancel each other out (3); last only with has_last';
