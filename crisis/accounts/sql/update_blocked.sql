-- :name text: an account of the hub; :is_blocked bool: at this box alone
UPDATE account SET is_blocked = :is_blocked WHERE name = :name
