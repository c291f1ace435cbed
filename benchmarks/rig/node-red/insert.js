// A function node: one message, or an array of them from a join node, becomes one INSERT.
const rows = []
for (const message of [].concat(msg.payload)) {
  for (const { at, values } of message.samples) {
    rows.push([message.boot, at, values.temperature, values.humidity, values.pressure])
  }
}
const many = `INSERT INTO wide SELECT * FROM unnest($1::text[], $2::bigint[], $3::float8[], $4::float8[], $5::float8[])
  ON CONFLICT DO NOTHING`
const query = rows.length === 1
  ? { name: 'one', text: 'INSERT INTO wide VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', values: rows[0] }
  : { name: 'many', text: many, values: rows[0].map((_, column) => rows.map(row => row[column])) }
global.get('pool').query(query).catch(error => node.error(error))
