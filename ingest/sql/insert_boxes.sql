-- $1 id text[]: so that new series have a box; upsert_boxes.sql fills in the rest
INSERT INTO box (id) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING
