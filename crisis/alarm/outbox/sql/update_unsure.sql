-- The process ended while these were being sent. Told twice rather than not at all; but not a third time.
UPDATE message SET unsure = unsure + 1, state = CASE WHEN unsure + 1 >= 2 THEN 'unsure' ELSE 'waiting' END
WHERE state = 'sending'
