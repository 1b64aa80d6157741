/**
 * Databases on real servers for tests: each with tables of its own, an account that may only SELECT,
 * and a proxy in between. `ISTHMUS_TEST_POSTGRES_URL` and `ISTHMUS_TEST_MYSQL_URL` say where, with an
 * account that may create databases and accounts; without them these tests fail.
 */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { NetworkOptions } from '#shared/sources/address.ts'
import type { SourceConnection } from '#shared/sources/connection.ts'
import { openMysql } from '#shared/sources/mysql.ts'
import { openPostgresql } from '#shared/sources/postgresql.ts'
import { tcpProxy, type Proxy } from './tcp-proxy.ts'

export type ServerKind = 'postgresql' | 'mysql'
export const serverKinds = ['postgresql', 'mysql'] as const

const variables = {
  postgresql: ['ISTHMUS_TEST_POSTGRES_URL', 'postgresql://postgres@127.0.0.1:5432/postgres'],
  mysql: ['ISTHMUS_TEST_MYSQL_URL', 'mysql://root@127.0.0.1:3306/mysql'],
} as const

export type OpenOptions = Partial<NetworkOptions>

export interface TestDatabase extends AsyncDisposable {
  readonly kind: ServerKind
  readonly name: string
  /** The name of the SELECT-only account, whose password is the same. */
  readonly reader: string
  readonly proxy: Proxy
  /** As the SELECT-only account, through the proxy. */
  readonly url: string
  /** As an account that may write, directly. */
  readonly ownerUrl: string
  /** Runs statements as the owner, in this database; rows of the last one. */
  owner(...statements: readonly string[]): Promise<readonly (readonly unknown[])[]>
  /** A connection of ours, through the proxy; closed with the database. */
  open(options?: OpenOptions): SourceConnection
  /** How many statements the server is running for the reader. */
  running(): Promise<number>
}

let made = 0

export async function testDatabase(
  kind: ServerKind,
  { encoding = '' }: { readonly encoding?: string } = {},
): Promise<TestDatabase> {
  const [variable, example] = variables[kind]
  const given = process.env[variable]
  assert.ok(given, `${variable} is not set, for instance to ${example}`)
  made += 1
  const name = `isthmus_test_${process.pid}_${made}`
  const reader = `${name}_r`
  const admin = await adminOf(kind, given)
  await admin.run(
    ...(kind === 'postgresql'
      ? [
          `CREATE DATABASE ${name} ${encoding}`,
          `CREATE ROLE ${reader} LOGIN PASSWORD '${reader}'`,
          `ALTER ROLE ${reader} SET search_path = public`,
        ]
      : [
          `CREATE DATABASE ${name} ${encoding}`,
          `CREATE USER '${reader}'@'%' IDENTIFIED BY '${reader}'`,
          `GRANT SELECT ON ${name}.* TO '${reader}'@'%'`,
        ]),
  )
  const ownerUrl = new URL(given)
  ownerUrl.pathname = `/${name}`
  const owner = await adminOf(kind, ownerUrl.href)
  if (kind === 'postgresql') {
    await owner.run(
      `REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${reader}`,
    )
  }
  const proxy = await tcpProxy(
    { host: ownerUrl.hostname, port: Number(ownerUrl.port || portOf[kind]) },
    kind,
  )
  const url = `${kind}://${reader}:${reader}@127.0.0.1:${proxy.port}/${name}`
  const opened: SourceConnection[] = []
  return {
    kind,
    name,
    reader,
    proxy,
    url,
    ownerUrl: ownerUrl.href,
    owner: owner.run,
    open(options = {}) {
      const connection = openSource(kind, { system: 'erp', url, ...options })
      opened.push(connection)
      return connection
    },
    async running() {
      const rows = await admin.run(
        kind === 'postgresql'
          ? `SELECT 1 FROM pg_stat_activity WHERE usename = '${reader}' AND state = 'active'`
          : `SELECT 1 FROM information_schema.processlist WHERE user = '${reader}' AND command <> 'Sleep'`,
      )
      return rows.length
    },
    async [Symbol.asyncDispose]() {
      proxy.stalls = false
      for (const each of opened) await each[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
      await owner.end()
      if (kind === 'postgresql') {
        await admin.run(`DROP DATABASE ${name} WITH (FORCE)`, `DROP ROLE ${reader}`)
      } else await admin.run(`DROP DATABASE ${name}`, `DROP USER '${reader}'@'%'`)
      await admin.end()
    },
  }
}

export const openSource = (kind: ServerKind, options: NetworkOptions): SourceConnection =>
  kind === 'postgresql' ? openPostgresql(options) : openMysql(options)

/** Waits until `holds`, and fails after five seconds. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 5_000; waited += 20) {
    if (await holds()) return
    await delay(20)
  }
  assert.fail(`it never came about: ${what}`)
}

const portOf = { postgresql: 5432, mysql: 3306 } as const

export interface Admin {
  readonly run: (...statements: readonly string[]) => Promise<readonly (readonly unknown[])[]>
  end(): Promise<void>
}

/** The plain driver, without anything of ours. */
export async function adminOf(kind: ServerKind, url: string): Promise<Admin> {
  if (kind === 'postgresql') {
    const { Client } = await import('pg')
    const client = new Client({ connectionString: url })
    await client.connect()
    return {
      async run(...statements) {
        let rows: unknown[][] = []
        for (const text of statements) {
          rows = (await client.query<unknown[]>({ text, rowMode: 'array' })).rows
        }
        return rows
      },
      end: () => client.end(),
    }
  }
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ uri: url, rowsAsArray: true })
  return {
    async run(...statements) {
      let rows: unknown = []
      for (const text of statements) [rows] = await connection.query(text)
      return Array.isArray(rows) ? (rows as unknown[][]) : []
    },
    end: () => connection.end(),
  }
}
