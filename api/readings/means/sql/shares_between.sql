shares_5m_between($1::int[], $3::timestamptz, $4::timestamptz, {kind}::smallint, {has_last})
