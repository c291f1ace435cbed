arithmetic_5m_between($1::int[], $3::timestamptz, $4::timestamptz)
