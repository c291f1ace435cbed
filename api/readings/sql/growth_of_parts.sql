CASE WHEN (array_agg(part.last ORDER BY part.bucket DESC))[1] >= (array_agg(part.last - part.growth ORDER BY part.bucket))[1]
     THEN (array_agg(part.last ORDER BY part.bucket DESC))[1] - (array_agg(part.last - part.growth ORDER BY part.bucket))[1]
     ELSE (array_agg(part.last ORDER BY part.bucket DESC))[1] END
