-- :box text, :before_ms int: credentials sealed before that; :now_ms int: the box has them
UPDATE sealed SET taken_ms = :now_ms WHERE box = :box AND taken_ms IS NULL AND sealed_ms < :before_ms
