-- The boxes that are not known to have everything that was sealed for them. No parameters.
SELECT DISTINCT box FROM sealed WHERE taken_ms IS NULL
