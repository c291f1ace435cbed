-- $1 id uuid: the log knows nothing of it, as after the loss of its file.
DELETE FROM outage WHERE id = $1
