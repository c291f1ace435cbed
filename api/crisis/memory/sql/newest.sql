-- $1 received after this timestamptz: the newest value of each series that arrived since; none of retired boxes
SELECT series.box, series.source, series.quantity, quantity.unit, latest.value, latest.measured_at, latest.received_at
FROM latest
JOIN series ON series.id = latest.series
JOIN quantity ON quantity.name = series.quantity
JOIN box ON box.id = series.box
WHERE latest.received_at > $1 AND box.retired_at IS NULL
