-- $1 until timestamptz: rollups of what was measured before are made of what was converted
UPDATE conversion SET closed_until = $1::timestamptz
