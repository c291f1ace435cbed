-- :name text: of an account; :role text
UPDATE account SET role = :role WHERE name = :name
