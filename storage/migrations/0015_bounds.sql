-- What the three functions are for; on the Community edition they also get bounds that reach every chunk (.community.sql).

COMMENT ON FUNCTION reading_5m_between IS 'The rows of reading_5m of these series from since until before until; reads only what it must';
COMMENT ON FUNCTION reading_1h_between IS 'The rows of reading_1h of these series from since until before until; reads only what it must';
COMMENT ON FUNCTION reading_1d_between IS 'The rows of reading_1d of these series from since until before until; reads only what it must';
