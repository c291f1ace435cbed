// Node-RED without its editor, and a pool of connections that function nodes find as `pool`.
const { Pool } = require('pg')

module.exports = {
  flowFile: process.env.BENCH_FLOW,
  userDir: process.env.BENCH_FOLDER,
  uiHost: '127.0.0.1',
  uiPort: Number(process.env.BENCH_PORT),
  httpAdminRoot: false,
  httpNodeRoot: false,
  credentialSecret: false,
  functionGlobalContext: { pool: new Pool({ connectionString: process.env.BENCH_DATABASE }) },
  logging: { console: { level: 'warn', metrics: false, audit: false } }
}
