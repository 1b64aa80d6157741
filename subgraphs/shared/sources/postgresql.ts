/**
 * PostgreSQL through `pg`. Every statement goes through the extended protocol, where two statements in
 * one text are refused, and has no name: a named one gets a generic plan, which is up to a thousand
 * times slower where values are distributed unevenly.
 */
import type { Client, Connection, QueryArrayConfig, Submittable } from 'pg'
import { connectTimeoutMs, networkDefaults, type NetworkOptions } from './address.ts'
import type { SourceColumn, SourceConnection, SourceStatement } from './connection.ts'
import { failureOf } from './failures.ts'
import { connectionOver } from './network.ts'
import { expectBindable } from './parameters.ts'
import { failureKind } from './postgresql-failures.ts'
import { postgresqlLogin } from './postgresql-login.ts'
import { parserOf, typeOf } from './postgresql-types.ts'

/**
 * Dates and times come in UTC and ISO form, booleans as booleans, everything else as text. Times without
 * a zone come as they are stored.
 */
export function openPostgresql(options: NetworkOptions): SourceConnection {
  const { system, statementTimeoutMs = networkDefaults.statementTimeoutMs } = options
  const login = postgresqlLogin(options)
  const settings = {
    default_transaction_read_only: 'on',
    // Before the time limit, so that a lock is told apart from a slow statement.
    lock_timeout: String(Math.ceil(statementTimeoutMs * 0.8)),
    // What it compiles for a page takes longer than the page itself.
    jit: 'off',
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    client_encoding: 'UTF8',
  }

  async function connect(onLost: () => void): Promise<Session> {
    const pg = await import('pg')
    const client = new pg.Client({
      ...login,
      statement_timeout: statementTimeoutMs,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
      connectionTimeoutMillis: connectTimeoutMs,
      types: { getTypeParser: parserOf },
    }) as PostgresClient
    const session: Session = { client, storesAnyBytes: false }
    client.on('error', onLost)
    client.on('end', onLost)
    client.connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
      if (parameterName === 'server_encoding')
        session.storesAnyBytes = parameterValue === 'SQL_ASCII'
    })
    await client.connect()
    return session
  }

  async function send(session: Session, { sql, parameters }: SourceStatement) {
    expectBindable(parameters)
    const rows = await rowsOf(session.client, sql, parameters)
    if (session.storesAnyBytes && rows.some((row) => row.some(isBroken))) {
      throw failureOf(system, 'encoding')
    }
    return rows
  }

  async function describe({ client }: Session, { sql }: SourceStatement) {
    const fields = await fieldsOf(client, sql)
    const types = fields.map((each) => each.dataTypeID)
    const modifiers = fields.map((each) => each.dataTypeModifier)
    const rows = await rowsOf(client, nativeTypes, [types, modifiers])
    return fields.map(({ name, dataTypeID }, at): SourceColumn => {
      const [native, category] = rows[at] ?? []
      return { name, type: typeOf(dataTypeID, String(category)), native: String(native) }
    })
  }

  /** By the protocol's own message, which takes no connection of those that the server allows. */
  async function cancel({ client }: Session): Promise<void> {
    const pg = await import('pg')
    const connection = new pg.Connection({ ssl: login.ssl }) as CancelConnection
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const ask = () => {
      connection.cancel(client.processID, client.secretKey)
    }
    connection.on('connect', () => {
      if (login.ssl === false) ask()
      else connection.requestSsl()
    })
    connection.on('sslconnect', ask)
    connection.on('error', reject)
    connection.on('end', resolve)
    connection.stream.setTimeout(connectTimeoutMs, () => connection.stream.destroy())
    connection.connect(login.port, login.host)
    await promise
  }

  return connectionOver(
    {
      kind: 'postgresql',
      connect,
      send,
      describe,
      cancel,
      failureKind,
      close: ({ client }) => {
        client.end().catch(() => undefined) // it is gone in any case
      },
    },
    options,
  )
}

interface Session {
  readonly client: PostgresClient
  /** The server does not know an encoding, so nobody has looked whether its text is UTF-8. */
  storesAnyBytes: boolean
}

// What `pg` has and its types leave out.
type PostgresClient = Client & {
  readonly processID: number
  readonly secretKey: number
  readonly connection: {
    on(event: 'parameterStatus', listen: (status: ParameterStatus) => void): void
  }
}
interface ParameterStatus {
  readonly parameterName: string
  readonly parameterValue: string
}
type CancelConnection = Connection & {
  readonly stream: { setTimeout(ms: number, then: () => void): void; destroy(): void }
  connect(port: number, host: string): void
  requestSsl(): void
  cancel(processID: number, secretKey: number): void
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
  readonly dataTypeModifier: number
}

/** In the order of the fields: the type as people write it, and the category that PostgreSQL files it in. */
const nativeTypes = `
  SELECT pg_catalog.format_type(f.type, f.modifier), t.typcategory
  FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS f (type, modifier, place)
  LEFT JOIN pg_catalog.pg_type t ON t.oid = f.type
  ORDER BY f.place`

async function rowsOf(client: Client, text: string, values: readonly unknown[]) {
  // `queryMode` is in no type of `pg`.
  const query: QueryArrayConfig & { readonly queryMode: 'extended' } = {
    text,
    values: [...values],
    rowMode: 'array',
    queryMode: 'extended',
  }
  return (await client.query<unknown[]>(query)).rows
}

/** The result columns by Parse and Describe: nothing is run. */
function fieldsOf(client: Client, sql: string): Promise<readonly Field[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Field[]>()
  let fields: readonly Field[] = []
  const description = {
    submit(connection: Connection) {
      connection.parse({ name: '', text: sql, types: [] }, true)
      connection.describe({ type: 'S', name: '' }, true)
      connection.sync()
    },
    handleRowDescription(message: { readonly fields: readonly Field[] }) {
      fields = message.fields
    },
    handleReadyForQuery() {
      resolve(fields)
    },
    handleError: reject,
  }
  client.query(description satisfies Submittable)
  return promise
}

const isBroken = (value: unknown): boolean => typeof value === 'string' && value.includes('\uFFFD')
