-- :name text: of an account; :now_ms int: ms since 1970
UPDATE account SET signed_in_ms = :now_ms WHERE name = :name
