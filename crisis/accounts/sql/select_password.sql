-- :name text: of an account. No row when it is disabled.
SELECT password FROM account WHERE name = :name AND is_enabled
