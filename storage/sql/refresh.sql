-- $1 rollup text, $2 since timestamptz, $3 until timestamptz. Not inside a transaction. For versions of TimescaleDB that know no
-- options here, and refresh in one transaction.
CALL refresh_continuous_aggregate($1::text::regclass, $2::timestamptz, $3::timestamptz)
