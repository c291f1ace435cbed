-- :name text: of an account; :password text: argon2id; :password_ms int: ms since 1970
UPDATE account SET password = :password, password_ms = :password_ms WHERE name = :name
