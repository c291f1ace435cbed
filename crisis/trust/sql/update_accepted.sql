-- :name text, :accepted int: whether people accept the new log of a node without a key
UPDATE node SET accepted = :accepted, new_log = CASE WHEN :accepted THEN new_log END WHERE name = :name
