-- Parts of maintenance and background jobs of the database, with how long ago each succeeded last.
SELECT state.part, state.kind AS program, CASE WHEN state.is_failing THEN 'failing' ELSE 'well' END AS state,
       state.failures::float8 AS failures, state.failure,
       extract(epoch FROM now() - state.succeeded_at)::float8 AS age_s
FROM upkeep_state() AS state
ORDER BY state.is_failing DESC, state.kind DESC, state.part
