-- $1 format text, $2 box text or *: messages of which some values wait among the rejects
SELECT count(*) FROM reject JOIN box ON box.id = reject.box
WHERE reason = 'unmapped' AND box.input = $1 AND ($2 = '*' OR reject.box = $2)
