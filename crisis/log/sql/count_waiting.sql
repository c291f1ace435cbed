SELECT sender, count(*) AS calls FROM waiting GROUP BY sender ORDER BY calls DESC, sender
