-- :name text, :log blob, :at int: a node without a key shows up with this log
INSERT INTO node (name, areas, added_at, new_log) VALUES (:name, '[]', :at, :log)
ON CONFLICT (name) DO UPDATE SET new_log = excluded.new_log
