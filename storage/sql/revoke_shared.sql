UPDATE box_credential SET revoked_at = now() WHERE kind = 'shared' AND revoked_at IS NULL
