-- :account text, :box text: it is not granted there any more
DELETE FROM sealed WHERE account = :account AND box = :box
