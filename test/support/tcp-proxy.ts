/**
 * A TCP proxy that a test can cut, stall or close, and that hears the statements which clients of
 * PostgreSQL and MySQL send through it: on the wire, whatever a driver says of itself.
 */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** Connections that were accepted since the beginning. */
  readonly accepted: number
  /** The text of every statement, `CANCEL` for PostgreSQL's own message. */
  readonly statements: readonly string[]
  /** Breaks every open connection. */
  cut(): void
  /** New connections are cut at once while this is true. */
  refuses: boolean
  /** Nothing is passed on while this is true, and nothing is cut. */
  stalls: boolean
}

export async function tcpProxy(
  target: { readonly host: string; readonly port: number },
  kind: 'postgresql' | 'mysql',
): Promise<Proxy> {
  const statements: string[] = []
  const sockets = new Set<Socket>()
  const state = { accepted: 0, refuses: false, stalls: false }
  const server = createServer((client) => {
    state.accepted += 1
    if (state.refuses) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(target.port, target.host)
    const hear = kind === 'postgresql' ? hearPostgresql(statements) : hearMysql(statements)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes: Buffer) => {
        if (state.stalls) return
        if (from === client) hear(bytes)
        to.write(bytes)
      })
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('error', () => to.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    statements,
    cut,
    get accepted() {
      return state.accepted
    },
    get refuses() {
      return state.refuses
    },
    set refuses(value) {
      state.refuses = value
    },
    get stalls() {
      return state.stalls
    },
    set stalls(value) {
      state.stalls = value
    },
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Messages of the protocol 3.0: an untyped one first, then a letter and a length before each. */
function hearPostgresql(statements: string[]): (bytes: Buffer) => void {
  let kept = Buffer.alloc(0)
  let isStarted = false
  return (bytes) => {
    kept = Buffer.concat([kept, bytes])
    for (;;) {
      const head = isStarted ? 1 : 0
      if (kept.length < head + 4) return
      const length = head + kept.readInt32BE(head)
      if (kept.length < length) return
      const message = kept.subarray(0, length)
      kept = kept.subarray(length)
      if (!isStarted) {
        if (message.length >= 8 && message.readInt32BE(4) === 80_877_102) statements.push('CANCEL')
        else isStarted = true
        continue
      }
      const letter = String.fromCharCode(message[0] ?? 0)
      const [first = '', second = ''] = message.subarray(5).toString().split('\0')
      if (letter === 'Q') statements.push(first)
      if (letter === 'P') statements.push(second)
    }
  }
}

/** Packets with a length of three bytes and a number, which is 0 where a command begins. */
function hearMysql(statements: string[]): (bytes: Buffer) => void {
  let kept = Buffer.alloc(0)
  return (bytes) => {
    kept = Buffer.concat([kept, bytes])
    for (;;) {
      if (kept.length < 4) return
      const length = 4 + kept.readUIntLE(0, 3)
      if (kept.length < length) return
      const packet = kept.subarray(0, length)
      kept = kept.subarray(length)
      const [, , , number, command] = packet
      if (number === 0 && (command === 0x03 || command === 0x16)) {
        statements.push(packet.subarray(5).toString())
      }
    }
  }
}
