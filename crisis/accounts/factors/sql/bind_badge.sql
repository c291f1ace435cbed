-- :id blob, :device blob: SHA-256 of the device's cookie. Changes no row when another device has it already.
UPDATE badge SET device = :device WHERE id = :id AND device IS NULL
