-- $1 after this id text or null, $2 limit int or null, $3 is_all boolean: retired ones too
SELECT * FROM box WHERE ($1::text IS NULL OR id > $1) AND ($3::boolean OR retired_at IS NULL) ORDER BY id LIMIT $2::int
