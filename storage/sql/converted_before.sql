-- $1 before timestamptz: the same, or until when readings are converted if that is earlier; null: none are.
SELECT CASE WHEN NOT EXISTS (SELECT FROM conversion) THEN $1::timestamptz
            ELSE (SELECT least($1, converted_until) FROM conversion WHERE isfinite(converted_until)) END
