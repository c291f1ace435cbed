-- The same answers with the bounds written on both sides: the join that adds folded buckets knew them only for `folded`, so
-- every chunk of the rollups and of `reading` was planned for.

CREATE OR REPLACE FUNCTION reading_5m_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_5m
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT rolled.series, rolled.bucket, rolled.avg, rolled.min, rolled.max, rolled.count, rolled.last, rolled.last_at FROM rolled_5m AS rolled
WHERE rolled.series = ANY ($1) AND rolled.bucket >= $2 AND rolled.bucket < $3
  AND NOT EXISTS (SELECT FROM folded_5m AS folded WHERE folded.series = rolled.series AND folded.bucket = rolled.bucket)
UNION ALL
SELECT folded.series, folded.bucket,
       (folded.total + coalesce(rolled.avg * rolled.count, 0)) / (folded.count + coalesce(rolled.count, 0))::float8,
       least(folded.min, rolled.min), greatest(folded.max, rolled.max), folded.count + coalesce(rolled.count, 0),
       CASE WHEN rolled.last_at > folded.last_at THEN rolled.last ELSE folded.last END, greatest(folded.last_at, rolled.last_at)
FROM folded_5m AS folded
LEFT JOIN rolled_5m AS rolled ON rolled.series = folded.series AND rolled.bucket = folded.bucket
                             AND rolled.series = ANY ($1) AND rolled.bucket >= $2 AND rolled.bucket < $3
WHERE folded.series = ANY ($1) AND folded.bucket >= $2 AND folded.bucket < $3
$$;

CREATE OR REPLACE FUNCTION reading_1h_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1h
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT rolled.series, rolled.bucket, rolled.avg, rolled.min, rolled.max, rolled.count, rolled.last, rolled.last_at FROM rolled_1h AS rolled
WHERE rolled.series = ANY ($1) AND rolled.bucket >= $2 AND rolled.bucket < $3
  AND NOT EXISTS (SELECT FROM folded_1h AS folded WHERE folded.series = rolled.series AND folded.bucket = rolled.bucket)
UNION ALL
SELECT folded.series, folded.bucket,
       (folded.total + coalesce(rolled.avg * rolled.count, 0)) / (folded.count + coalesce(rolled.count, 0))::float8,
       least(folded.min, rolled.min), greatest(folded.max, rolled.max), folded.count + coalesce(rolled.count, 0),
       CASE WHEN rolled.last_at > folded.last_at THEN rolled.last ELSE folded.last END, greatest(folded.last_at, rolled.last_at)
FROM folded_1h AS folded
LEFT JOIN rolled_1h AS rolled ON rolled.series = folded.series AND rolled.bucket = folded.bucket
                             AND rolled.series = ANY ($1) AND rolled.bucket >= $2 AND rolled.bucket < $3
WHERE folded.series = ANY ($1) AND folded.bucket >= $2 AND folded.bucket < $3
$$;

CREATE OR REPLACE FUNCTION reading_1d_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1d
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT rolled.series, rolled.bucket, rolled.avg, rolled.min, rolled.max, rolled.count, rolled.last, rolled.last_at FROM rolled_1d AS rolled
WHERE rolled.series = ANY ($1) AND rolled.bucket >= $2 AND rolled.bucket < $3
  AND NOT EXISTS (SELECT FROM folded_1d AS folded WHERE folded.series = rolled.series AND folded.bucket = rolled.bucket)
UNION ALL
SELECT folded.series, folded.bucket,
       (folded.total + coalesce(rolled.avg * rolled.count, 0)) / (folded.count + coalesce(rolled.count, 0))::float8,
       least(folded.min, rolled.min), greatest(folded.max, rolled.max), folded.count + coalesce(rolled.count, 0),
       CASE WHEN rolled.last_at > folded.last_at THEN rolled.last ELSE folded.last END, greatest(folded.last_at, rolled.last_at)
FROM folded_1d AS folded
LEFT JOIN rolled_1d AS rolled ON rolled.series = folded.series AND rolled.bucket = folded.bucket
                             AND rolled.series = ANY ($1) AND rolled.bucket >= $2 AND rolled.bucket < $3
WHERE folded.series = ANY ($1) AND folded.bucket >= $2 AND folded.bucket < $3
$$;
