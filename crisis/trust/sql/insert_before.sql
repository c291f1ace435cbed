-- :name text, :at int: a node from before there were keys
INSERT INTO node (name, areas, added_at) VALUES (:name, '[]', :at) ON CONFLICT (name) DO NOTHING
