-- :name text, :areas text, :certificate text, :serial int, :key blob, :until_at int, :joined_at int: the hub has issued
-- this certificate
INSERT INTO node (name, areas, added_at, joined_at, certificate, serial, key, until_at)
VALUES (:name, :areas, :joined_at, :joined_at, :certificate, :serial, :key, :until_at)
ON CONFLICT (name) DO UPDATE
SET (secret, joined_at, certificate, serial, key, until_at)
    = (NULL, coalesce(node.joined_at, excluded.joined_at), excluded.certificate, excluded.serial, excluded.key,
       excluded.until_at)
