-- :name text, :areas text, :certificate text, :serial int, :key blob, :until_at int, :at int: the hub has issued this
-- certificate; :is_used int: with the secret of the bundle, which is used up by that
INSERT INTO node (name, areas, added_at, joined_at, certificate, serial, key, until_at)
VALUES (:name, :areas, :at, :at, :certificate, :serial, :key, :until_at)
ON CONFLICT (name) DO UPDATE
SET (secret, joined_at, certificate, serial, key, until_at)
    = (CASE WHEN :is_used THEN NULL ELSE node.secret END, coalesce(node.joined_at, excluded.joined_at),
       excluded.certificate, excluded.serial, excluded.key, excluded.until_at)
