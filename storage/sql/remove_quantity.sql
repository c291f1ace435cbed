-- $1 quantity text: fails while it has series
DELETE FROM quantity WHERE name = $1
