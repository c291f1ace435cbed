-- :account text, :step int. Changes no row when this code, or a newer one, was taken before.
UPDATE totp SET step = :step WHERE account = :account AND step < :step
