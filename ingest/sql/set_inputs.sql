-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 box text[], $2 format text[]: boxes that were never heard before
INSERT INTO box AS b (id, input) SELECT * FROM unnest($1::text::text[], $2::text::text[])
ON CONFLICT (id) DO UPDATE SET input = excluded.input WHERE b.input IS NULL AND b.last_seen IS NULL
