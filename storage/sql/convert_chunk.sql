    SELECT measured_at, value, series, delay_s, flag FROM reading_before
    WHERE measured_at >= $1::timestamptz AND measured_at < $2::timestamptz
