-- $1 worker text
SELECT client_id, drained_at IS NOT NULL AS is_drained FROM broker_session WHERE worker = $1
