    -- $1 since timestamptz or null, $2 before timestamptz, $3 limit int (rows): series by series, the oldest first
    DELETE FROM stored_reading USING (
        SELECT old.series, old.measured_at
        FROM series
        CROSS JOIN LATERAL (
            SELECT r.series, r.measured_at FROM stored_reading AS r
            WHERE r.series = series.id AND r.measured_at >= coalesce($1::timestamptz, '-infinity') AND r.measured_at < $2::timestamptz
            ORDER BY r.measured_at LIMIT $3::int
        ) AS old
        LIMIT $3::int
    ) AS old
    WHERE stored_reading.series = old.series AND stored_reading.measured_at = old.measured_at
    RETURNING stored_reading.series, stored_reading.measured_at, averaging, reading_value(value, decimals, fine) AS value
