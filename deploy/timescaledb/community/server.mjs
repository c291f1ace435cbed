// TimescaleDB's Community edition for the tests: PGlite (PostgreSQL in WebAssembly, one session) behind a Unix socket.
//
//   node server.mjs SOCKET
//
// A connection's database name says which data it gets. `NAME` starts with nothing but the extension and is kept for as long
// as the server runs; `NAME.ANYTHING` starts as a copy of NAME and is forgotten once another database is asked for. One
// PGlite runs at a time; databases that are kept rest as an image of their files. Connections are served one after the
// other, each in a session that knows nothing of the one before.
import { createServer } from 'node:net'
import { Duplex } from 'node:stream'
import { PGlite } from '@electric-sql/pglite'
import { timescaledb } from '@electric-sql/pglite/timescaledb'

globalThis.CustomEvent ??= class extends Event { // Node.js 18 has none, and pglite-socket wants one
  constructor (type, options) { super(type); this.detail = options?.detail }
}
const { PGLiteSocketHandler } = await import('@electric-sql/pglite-socket')

const RESET = 'RESET ALL'
const PATH = '; SET search_path TO public' // PGlite starts PostgreSQL with pg_catalog alone, so that is what a reset gives
const LIBRARY = '$libdir/timescaledb-2.23.0-dev'
const SSL_REQUEST = 80877103

const images = new Map() // name -> a kept database at rest; '' has the extension only
let running = null // { name, db }

async function start (image) {
  const db = await PGlite.create('memory://', { extensions: { timescaledb }, loadDataDir: image })
  if (image === undefined) {
    await db.exec('CREATE EXTENSION timescaledb')
  } else {
    // A server that preloads the extension does this for every session; without it the licence stays closed.
    await db.exec(`CREATE FUNCTION pg_temp.init() RETURNS void AS '${LIBRARY}', 'ts_post_load_init' LANGUAGE C;
                   SELECT pg_temp.init(); DROP FUNCTION pg_temp.init();`)
  }
  return db
}

async function database (name) {
  if (running?.name === name) return running.db
  if (running !== null) {
    if (!running.name.includes('.')) images.set(running.name, await running.db.dumpDataDir('none'))
    await running.db.close()
  }
  running = null
  const db = await start(images.get(name) ?? images.get(name.split('.', 1)[0]) ?? images.get(''))
  running = { name, db }
  return db
}

// What a client sends, cut into pieces that PGlite can take: whole messages, up to one that asks for an answer.
class Framed extends Duplex {
  #socket
  #rest = Buffer.alloc(0)

  constructor (socket, startup) {
    super({ readableObjectMode: true })
    this.#socket = socket
    this.push(startup)
    socket.on('data', (data) => this.#take(data))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  #take (data) {
    this.#rest = Buffer.concat([this.#rest, data])
    let end = 0
    for (let at = 0; at + 5 <= this.#rest.length;) {
      const next = at + 1 + this.#rest.readUInt32BE(at + 1)
      if (next > this.#rest.length) break
      const type = String.fromCharCode(this.#rest[at])
      if (type === 'X') return this.#socket.end() // Terminate: PGlite itself goes on
      if ('QSHp'.includes(type)) end = next // Query, Sync, Flush, password
      at = next
    }
    if (end > 0) {
      this.push(repaired(this.#rest.subarray(0, end)))
      this.#rest = this.#rest.subarray(end)
    }
  }

  _read () {}
  _write (data, _encoding, done) { this.#socket.write(data, done) }
  _destroy (error, done) { this.#socket.destroy(); done(error) }
}

// A simple query that resets the session, with the search path that a session has elsewhere.
function repaired (message) {
  if (message[0] !== 'Q'.charCodeAt(0) || !message.includes(RESET)) return message
  const text = message.subarray(5, -1).toString().replace(RESET, RESET + PATH)
  const body = Buffer.from(`Q0000${text}\0`)
  body.writeUInt32BE(body.length - 1, 1)
  return body
}

// The first message of a connection: its bytes and the database it names.
function greet (socket) {
  return new Promise((resolve, reject) => {
    let rest = Buffer.alloc(0)
    const take = (data) => {
      rest = Buffer.concat([rest, data])
      if (rest.length < 8 || rest.length < rest.readUInt32BE(0)) return
      if (rest.readUInt32BE(4) === SSL_REQUEST) {
        rest = rest.subarray(8)
        socket.write('N')
        return
      }
      socket.off('data', take)
      const words = rest.subarray(8).toString().split('\0')
      const at = words.findIndex((word, index) => index % 2 === 0 && word === 'database')
      resolve({ startup: rest, name: at < 0 ? 'postgres' : words[at + 1] })
    }
    socket.on('data', take)
    socket.once('close', () => reject(new Error('closed before it said anything')))
    socket.once('error', reject)
  })
}

async function serve (socket) {
  const { startup, name } = await greet(socket)
  const db = await database(name)
  const handler = new PGLiteSocketHandler({ db, closeOnDetach: true })
  const ended = new Promise((resolve) => { for (const event of ['close', 'error']) handler.addEventListener(event, resolve) })
  await handler.attach(new Framed(socket, startup))
  await ended
  await db.exec('ROLLBACK')
  await db.exec('DISCARD ALL')
  await db.exec('SET search_path TO public')
}

images.set('', await (async () => {
  const db = await start()
  const image = await db.dumpDataDir('none')
  await db.close()
  return image
})())
let queue = Promise.resolve()
const server = createServer((socket) => {
  queue = queue.then(() => serve(socket)).catch((error) => { console.error(error); socket.destroy() })
})
server.listen(process.argv[2], () => console.log('ready'))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
