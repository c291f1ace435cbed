-- $1 id text, $2 name text or null: the one that is known stays
-- Whoever registers a box says that it is expected to send.
UPDATE box SET registered_at = now(), retired_at = NULL, withdrawn_at = NULL, name = coalesce($2, name) WHERE id = $1
