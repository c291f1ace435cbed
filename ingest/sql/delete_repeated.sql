-- $1 received_at timestamptz, $2 topic text, $3 payload bytea, $4 id bigint[]: of a message that is rejected again these rows stay,
-- and those that the new rejection added go.
DELETE FROM reject WHERE received_at = $1 AND topic = $2 AND payload = $3 AND id <> ALL ($4::bigint[])
