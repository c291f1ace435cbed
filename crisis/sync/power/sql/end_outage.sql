-- $1 id uuid, $2 until timestamptz: it ended while nobody wrote here.
UPDATE outage SET until = $2, boxes_out = '{}', large = '{}', written_at = now() WHERE id = $1
