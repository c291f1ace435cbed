-- :name text
SELECT name, areas, secret, added_at, joined_at, certificate, serial, key, until_at, revoked_at,
    reason, new_log, accepted
FROM node
WHERE name = :name
