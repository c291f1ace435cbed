-- $1 log uuid, then a row each: $2 name text[], $3 kind text[], $4 area text[], $5 exercise boolean[], $6 count int[], $7 value float8[],
-- $8 opened_at timestamptz[], $9 quiet text[], $10 titles jsonb[] (as text), $11 sentences jsonb[] (as text), $12 keeps boolean[]: while it is
-- open its beginning stays.
INSERT INTO alarm AS a (log, name, kind, area, exercise, count, value, opened_at, quiet, titles, sentences)
SELECT $1, row.name, row.kind, row.area, row.exercise, row.count, row.value, coalesce(before.opened_at, row.opened_at), row.quiet,
       row.titles::jsonb, row.sentences::jsonb
FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::int[], $7::float8[], $8::timestamptz[], $9::text[], $10::text[],
            $11::text[], $12::boolean[])
    AS row (name, kind, area, exercise, count, value, opened_at, quiet, titles, sentences, keeps)
LEFT JOIN alarm AS before ON before.log = $1 AND before.name = row.name AND before.ended_at IS NULL AND row.keeps
ON CONFLICT (log, name) DO UPDATE
SET (kind, area, exercise, count, value, opened_at, quiet, titles, sentences, ended_at)
    = (excluded.kind, excluded.area, excluded.exercise, excluded.count, excluded.value, excluded.opened_at, excluded.quiet,
       excluded.titles, excluded.sentences, NULL)
