-- $1 the number of a district, $2 what people call it from now on
INSERT INTO district (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name
