-- With chunks a plan for any bounds has all of them in it.
CREATE OR REPLACE FUNCTION reading_5m_few(of_series integer[], since timestamptz, until timestamptz) RETURNS TABLE (
    series integer, bucket timestamptz, avg float8, min float8, max float8, count bigint, coverage float8, is_by_message boolean)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT part.series, part.bucket, part.avg, part.min, part.max, part.count, part.coverage, part.is_by_message
FROM reading_5m_between($1, $2, $3) AS part
$$;
