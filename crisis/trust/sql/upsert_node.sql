-- :name text, :areas text (a JSON array), :secret blob, :added_at int. A node that is there gets a new bundle; its
-- certificate holds until it joins with that.
INSERT INTO node (name, areas, secret, added_at)
VALUES (:name, :areas, :secret, :added_at)
ON CONFLICT (name) DO UPDATE SET (areas, secret, revoked_at, reason) = (excluded.areas, excluded.secret, NULL, '')
