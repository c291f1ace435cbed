CASE WHEN (array_agg(part.value ORDER BY part.measured_at DESC))[1] >= (array_agg(part.value ORDER BY part.measured_at))[1]
     THEN (array_agg(part.value ORDER BY part.measured_at DESC))[1] - (array_agg(part.value ORDER BY part.measured_at))[1]
     ELSE (array_agg(part.value ORDER BY part.measured_at DESC))[1] END
