-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 box text[], $2 boot text[], $3 highest_seq bigint[], $4 seen text[] (an int8multirange each), $5 clock text[],
-- $6 clock_skew_s float8[], $7 last_sent_at timestamptz[], $8 last_received_at timestamptz[]
-- `missing` is what lies between 1 and highest_seq and never arrived; a late arrival closes its gap again.
INSERT INTO progress AS p (box, boot, highest_seq, missing, clock, clock_skew_s, last_sent_at, last_received_at)
SELECT box, boot, highest, int8multirange(int8range(1, highest + 1)) - seen::int8multirange, clock, skew, sent, received
FROM unnest($1::text::text[], $2::text::text[], $3::text::bigint[], $4::text::text[], $5::text::text[], $6::text::float8[],
            $7::text::timestamptz[], $8::text::timestamptz[])
    AS t (box, boot, highest, seen, clock, skew, sent, received)
ON CONFLICT (box, boot) DO UPDATE SET
    highest_seq = greatest(p.highest_seq, excluded.highest_seq),
    missing = p.missing
        + CASE WHEN excluded.highest_seq > p.highest_seq
               THEN int8multirange(int8range(p.highest_seq + 1, excluded.highest_seq + 1)) ELSE '{}' END
        - (int8multirange(int8range(1, excluded.highest_seq + 1)) - excluded.missing),
    clock = coalesce(excluded.clock, p.clock),
    clock_skew_s = coalesce(excluded.clock_skew_s, p.clock_skew_s),
    last_sent_at = greatest(p.last_sent_at, excluded.last_sent_at),
    last_received_at = greatest(p.last_received_at, excluded.last_received_at)
RETURNING box, boot,
          CASE WHEN isempty(p.missing) THEN 0
               ELSE (SELECT sum(upper(r) - lower(r))::bigint FROM unnest(p.missing) AS r) END AS lost
