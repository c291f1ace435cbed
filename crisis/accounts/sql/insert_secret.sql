-- :name text, :value blob. Changes no row when there is a secret of this name.
INSERT INTO secret (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING
