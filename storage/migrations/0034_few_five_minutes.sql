-- A few five minutes by a plan that is made once in a session: planning takes as long as reading a week of one series. Without
-- TimescaleDB there is one way to a few rows of one table, whatever the bounds are. The plan has to hold when the table has grown, so
-- it reads none from end to end. Values that need a sort are not in it: the last one, and growth.
CREATE FUNCTION reading_5m_few(of_series integer[], since timestamptz, until timestamptz) RETURNS TABLE (
    series integer, bucket timestamptz, avg float8, min float8, max float8, count bigint, coverage float8, is_by_message boolean)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY SELECT part.series, part.bucket, part.avg, part.min, part.max, part.count, part.coverage, part.is_by_message
                 FROM reading_5m_between($1, $2, $3) AS part;
END
$$;
COMMENT ON FUNCTION reading_5m_few IS 'As reading_5m_between, for up to a few thousand rows, which it keeps in memory';
