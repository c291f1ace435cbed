-- $1 id int[], $2 heard_at timestamptz[]
UPDATE input_sender SET heard_at = heard.at
FROM unnest($1::int[], $2::timestamptz[]) AS heard (id, at)
WHERE input_sender.id = heard.id AND (input_sender.heard_at IS NULL OR input_sender.heard_at < heard.at)
