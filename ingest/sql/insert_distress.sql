-- $1 id uuid[], $2 node text[], $3 at timestamptz[], $4 actor text[], $5 body jsonb[] (as text[]), $6 received_at timestamptz[]
INSERT INTO crisis_event (id, node, at, actor, kind, body, received_at)
SELECT id, node, at, actor, 'distress_received', body::jsonb, received_at
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::timestamptz[])
    AS t (id, node, at, actor, body, received_at)
ON CONFLICT DO NOTHING
RETURNING id
