-- $1 until timestamptz. Who begins to write from now on and stores a reading from before that notes its hour (late_hour).
UPDATE rollup_progress SET late_before = greatest(late_before, $1::timestamptz)
