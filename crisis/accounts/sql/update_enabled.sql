-- :name text: of an account; :is_enabled bool
UPDATE account SET is_enabled = :is_enabled WHERE name = :name
