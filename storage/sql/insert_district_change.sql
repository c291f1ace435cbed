-- $1 the number of a district, $2 who named it, $3 the name before, $4 the name now
INSERT INTO district_change (district, actor, before, after) VALUES ($1, $2, $3, $4)
