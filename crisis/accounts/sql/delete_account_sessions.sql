-- :account text; :keep blob: the id of a session that stays, empty for none
DELETE FROM session WHERE account = :account AND id <> :keep
