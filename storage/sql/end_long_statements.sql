-- $1 seconds float8: the role of each connection that was ended
SELECT role FROM end_long_statements($1::float8)
