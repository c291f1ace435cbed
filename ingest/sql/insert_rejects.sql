-- $1 received_at timestamptz[], $2 box text[], $3 topic text[], $4 payload bytea[], $5 reason text[], $6 detail text[], $7 readings int[]
INSERT INTO reject (received_at, box, topic, payload, reason, detail, readings)
SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::int[])
