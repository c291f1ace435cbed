-- Rows of outages that were not over when they were written last.
SELECT id, names FROM outage WHERE until IS NULL AND followed_by IS NULL
