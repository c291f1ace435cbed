-- Its parameters are arrays as text (ingest/arrays.py), sorted so that two workers lock rows in the same order.
-- $1 format text[], $2 key text[], $3 heard_at timestamptz[]: those that are new
INSERT INTO input_key (format, key, heard_at)
SELECT * FROM unnest($1::text::text[], $2::text::text[], $3::text::timestamptz[])
ON CONFLICT DO NOTHING
RETURNING format, key
