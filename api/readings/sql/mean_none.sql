NULL::float8
