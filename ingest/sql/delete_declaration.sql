-- $1 format text, $2 topic text
DELETE FROM input_declaration WHERE format = $1 AND topic = $2
