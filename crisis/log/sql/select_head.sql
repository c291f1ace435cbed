-- The seq of the last event, 0 in an empty log. No parameters.
SELECT coalesce(max(seq), 0) FROM event
