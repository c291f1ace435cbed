-- As five_minutes_of in 0029_means.community.sql: bounds, and how far the rollup is materialized, are constants where the inner
-- statement is planned. Where anything else than the continuous aggregate has readings of the window, it is asked. Whether it has is
-- found by a plan that a session makes once.
CREATE OR REPLACE FUNCTION arithmetic_5m_between(of_series integer[], since timestamptz, until timestamptz) RETURNS TABLE (
    series integer, bucket timestamptz, avg float8, min float8, max float8, count bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    is_rolled boolean;
BEGIN
    SELECT progress.archived_until <= since
           AND NOT EXISTS (SELECT FROM conversion WHERE conversion.converted_until < until)
           AND NOT EXISTS (SELECT FROM folded_5m AS folded WHERE folded.series = ANY (of_series) AND folded.bucket >= since AND folded.bucket < until)
    INTO is_rolled FROM rollup_progress AS progress;
    IF is_rolled THEN
        RETURN QUERY EXECUTE 'SELECT series, bucket, share_mean(total, count), min, max, count FROM rolled_5m'
                             ' WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3'
            USING of_series, since, until;
    ELSE
        RETURN QUERY SELECT part.series, part.bucket, part.avg, part.min, part.max, part.count FROM five_minutes_of(false, $1, $2, $3) AS part;
    END IF;
END
$$;
