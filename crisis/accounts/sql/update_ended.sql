-- No parameters. Sessions or tokens were ended: whoever has a stream open looks again.
INSERT INTO meta (name, value) VALUES ('ended', '1')
ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
