-- $1 id text[]: so that new series have a box; what is known of it follows with upsert_boxes.sql
INSERT INTO box (id) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING
