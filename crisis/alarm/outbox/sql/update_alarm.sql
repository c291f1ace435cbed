-- :name text, :facts text, :told_count int
UPDATE alarm SET facts = :facts, told_count = :told_count WHERE name = :name
