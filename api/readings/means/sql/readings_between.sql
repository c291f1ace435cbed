(
    -- OFFSET 0: the value is worked out once, not by each aggregate
    SELECT series, measured_at, value FROM reading
    WHERE series = ANY ($1::int[]) AND measured_at >= $3::timestamptz AND measured_at < $4::timestamptz OFFSET 0
)
