-- Microseconds since 1970 until which readings were measured that are not converted yet (storage/conversion.py); null: all are.
SELECT ceil(extract(epoch FROM newest_at) * 1000000)::bigint FROM conversion WHERE isfinite(newest_at)
