-- :account text, :count int: all but so many of its devices, the ones used last
DELETE FROM device WHERE account = :account AND device NOT IN (
    SELECT device FROM device WHERE account = :account ORDER BY seen_ms DESC LIMIT :count
)
