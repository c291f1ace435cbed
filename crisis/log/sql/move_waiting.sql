-- :by int, :until int: milliseconds. What came until then came by so much later: the clock was behind.
UPDATE waiting SET received_ms = received_ms + :by WHERE received_ms <= :until
