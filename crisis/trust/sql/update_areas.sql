-- :name text, :areas text (a JSON array)
UPDATE node SET areas = :areas WHERE name = :name AND revoked_at IS NULL
