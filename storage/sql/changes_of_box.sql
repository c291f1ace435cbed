-- $1 box text, $2 limit int: the newest first
SELECT at, actor, via, change, before, after FROM box_change WHERE box = $1 ORDER BY id DESC LIMIT $2::int
