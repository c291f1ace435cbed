-- Who may send over HTTP.
SELECT id, format, digest, boxes FROM input_sender WHERE revoked_at IS NULL
