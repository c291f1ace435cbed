-- $1 id uuid[], $2 node text[], $3 at timestamptz[], $4 actor text[], $5 kind text[], $6 body jsonb[] (as text[]),
-- $7 received_at timestamptz[], $8 clock_at timestamptz[]. A row that ingest wrote about the same call is replaced.
INSERT INTO crisis_event AS e (id, node, at, actor, kind, body, received_at, clock_at)
SELECT id, node, at, actor, kind, body::jsonb, received_at, clock_at
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[])
    AS t (id, node, at, actor, kind, body, received_at, clock_at)
ON CONFLICT (id) DO UPDATE
SET (node, at, actor, kind, body, clock_at)
    = (excluded.node, excluded.at, excluded.actor, excluded.kind, excluded.body, excluded.clock_at)
WHERE e.node = 'ingest'
