-- $1 received after this timestamptz: the newest value of each series that arrived since
SELECT series.box, series.source, series.quantity, quantity.unit, latest.value, latest.measured_at, latest.received_at
FROM latest
JOIN series ON series.id = latest.series
JOIN quantity ON quantity.name = series.quantity
WHERE latest.received_at > $1
