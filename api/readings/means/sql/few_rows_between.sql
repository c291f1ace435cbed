reading_5m_few($1::int[], $3::timestamptz, $4::timestamptz)
