-- $1 format text, $2 box text or *, $3 name text: it is mapped now, and is counted anew if that does not fit
DELETE FROM input_name WHERE format = $1 AND ($2 = '*' OR box = $2) AND name = $3
