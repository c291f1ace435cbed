-- :account text: the areas of this account; NULL: of all
SELECT account, area, granted_ms FROM account_area WHERE :account IS NULL OR account = :account ORDER BY account, area
