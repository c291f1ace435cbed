    -- $1 before timestamptz, $2 limit int (rows): series by series, the oldest first
    DELETE FROM stored_reading USING (
        SELECT old.series, old.measured_at
        FROM series
        CROSS JOIN LATERAL (
            SELECT r.series, r.measured_at FROM stored_reading AS r
            WHERE r.series = series.id AND r.measured_at < $1::timestamptz
            ORDER BY r.measured_at LIMIT $2::int
        ) AS old
        LIMIT $2::int
    ) AS old
    WHERE stored_reading.series = old.series AND stored_reading.measured_at = old.measured_at
    RETURNING stored_reading.series, stored_reading.measured_at, reading_value(value, decimals, fine) AS value
