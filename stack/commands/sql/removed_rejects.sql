-- By reason: how many rejects maintenance removed since the database was made, for their age or their number.
SELECT reason, rows, last_at FROM removed WHERE relation = 'reject' AND rows > 0 ORDER BY rows DESC, reason
