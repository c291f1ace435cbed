-- :account text, :area text
DELETE FROM account_area WHERE account = :account AND area = :area
