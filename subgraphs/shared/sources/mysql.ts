/**
 * MySQL and MariaDB through `mysql2`. Values are bound by the server, always: `execute` prepares,
 * whereas `query` writes them into the text, which one sql_mode turns into an injection.
 */
import { isIP } from 'node:net'
import type { Connection, FieldPacket, PrepareStatementInfo, TypedParameter } from 'mysql2'
import { AppError } from '../errors.ts'
import {
  addressIn,
  applicationName,
  connectTimeoutMs,
  networkDefaults,
  type NetworkOptions,
} from './address.ts'
import type { SourceColumn, SourceConnection, SourceStatement } from './connection.ts'
import { failureOf } from './failures.ts'
import { failureKind, isUnknownSetting } from './mysql-failures.ts'
import { sessionSettings, settingStatement } from './mysql-session.ts'
import { isBits, nativeOf, typeOf } from './mysql-types.ts'
import { connectionOver } from './network.ts'
import { expectBindable } from './parameters.ts'

/** Prepared statements that one connection keeps; the server counts those of all connections. */
const keptStatements = 200

/**
 * Big integers, decimals, dates and times come as text, small integers as numbers, bits as numbers.
 * A TIMESTAMP comes in UTC, a DATETIME as it is stored.
 */
export function openMysql(options: NetworkOptions): SourceConnection {
  const { system, tls, statementTimeoutMs = networkDefaults.statementTimeoutMs } = options
  const address = addressIn(options, { protocols: ['mysql', 'mariadb'], port: 3306 })
  const isCertain = tls?.rejectUnauthorized ?? true
  if (tls !== undefined && isCertain && isIP(address.host) !== 0) {
    // `mysql2` would compare the certificate with "localhost" instead.
    throw new AppError(
      'CONFIGURATION_INVALID',
      `The url of the source of "${system}" has an IP address, with which its certificate cannot be compared: name the host, or set tls.rejectUnauthorized to false.`,
    )
  }
  /** Settings that this server turned out not to have. */
  const unknown = new Set<string>()
  /** Of the driver, which is loaded when we first connect. */
  let typed: typeof TypedParameter

  async function open(): Promise<Connection> {
    const { default: mysql } = await import('mysql2')
    typed = mysql.TypedParameter
    const connection = mysql.createConnection({
      ...address,
      ...(tls === undefined
        ? {}
        : {
            ssl: {
              rejectUnauthorized: isCertain,
              verifyIdentity: isCertain,
              ...(tls.ca === undefined ? {} : { ca: tls.ca }),
            },
          }),
      charset: 'utf8mb4',
      connectAttributes: { program_name: applicationName(system) },
      connectTimeout: connectTimeoutMs,
      enableKeepAlive: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
      jsonStrings: true,
      maxPreparedStatements: keptStatements,
      flags: ['-LOCAL_FILES'], // no server gets a file of ours
    })
    const { promise, resolve, reject } = Promise.withResolvers<Connection>()
    connection.on('error', reject)
    connection.connect((error) => {
      if (error === null) resolve(connection)
      else reject(error)
    })
    return promise
  }

  async function connect(onLost: () => void): Promise<Connection> {
    const connection = await open()
    try {
      const [[version] = []] = await execute(connection, 'SELECT version()', [])
      await setUp(connection, String(version))
    } catch (error) {
      connection.destroy()
      throw error
    }
    connection.on('error', onLost)
    connection.on('end', onLost)
    return connection
  }

  /** One statement for all settings; a server that lacks one of them names it, and goes without. */
  async function setUp(connection: Connection, version: string): Promise<void> {
    const settings = sessionSettings(version, statementTimeoutMs)
    for (;;) {
      try {
        await execute(connection, settingStatement(settings, unknown), [])
        return
      } catch (error) {
        const missing = settings.find(
          (each) =>
            each.isOptional && !unknown.has(each.name) && isUnknownSetting(error, each.name),
        )
        if (missing === undefined) throw error
        unknown.add(missing.name)
      }
    }
  }

  async function send(connection: Connection, { sql, parameters }: SourceStatement) {
    expectBindable(parameters)
    const bound = parameters.map((value) => {
      if (typeof value === 'bigint') {
        return fitsBigint(value) ? typed.BIGINT(value) : typed.DECIMAL(`${value}`)
      }
      return Number.isSafeInteger(value) ? typed.BIGINT(value as number) : value
    })
    return execute(connection, sql, bound)
  }

  function execute(
    connection: Connection,
    sql: string,
    values: readonly unknown[],
  ): Promise<readonly (readonly unknown[])[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly (readonly unknown[])[]>()
    connection.execute(
      // Each parameter is null, text, a number, a boolean, bytes or a typed parameter.
      { sql, values: values as string[], rowsAsArray: true },
      (error, rows, fields) => {
        if (error !== null) reject(error)
        else if (!Array.isArray(rows)) resolve([])
        else {
          const read = rows as unknown as unknown[][] // arrays were asked for
          if (isWellFormed(read, fields)) resolve(read)
          else reject(failureOf(system, 'encoding'))
        }
      },
    )
    return promise
  }

  function describe(connection: Connection, { sql }: SourceStatement) {
    const { promise, resolve, reject } = Promise.withResolvers<readonly SourceColumn[]>()
    connection.prepare(sql, (error, statement) => {
      if (error !== null) {
        reject(error)
        return
      }
      connection.unprepare(sql)
      // Its result columns are in no type of `mysql2`.
      const { columns } = statement as PrepareStatementInfo & {
        readonly columns: readonly FieldPacket[]
      }
      resolve(
        columns.map((each) => ({ name: each.name, type: typeOf(each), native: nativeOf(each) })),
      )
    })
    return promise
  }

  async function cancel(running: Connection): Promise<void> {
    const connection = await open()
    try {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      connection.query(`KILL QUERY ${running.threadId}`, (error) => {
        if (error === null) resolve()
        else reject(error)
      })
      await promise
    } finally {
      close(connection)
    }
  }

  return connectionOver(
    { kind: 'mysql', connect, send, describe, cancel, failureKind, close },
    options,
  )
}

const partingMs = 1_000

/** Takes its leave where the server still listens. */
function close(connection: Connection): void {
  connection.on('error', () => undefined) // it is gone in any case
  const timer = setTimeout(() => {
    connection.destroy()
  }, partingMs)
  timer.unref()
  connection.end(() => {
    clearTimeout(timer)
    connection.destroy()
  })
}

const fitsBigint = (value: bigint): boolean => BigInt.asIntN(64, value) === value

/** Bits become numbers, in place. False where text holds a NUL, which no answer can carry further. */
function isWellFormed(rows: unknown[][], fields: readonly FieldPacket[]): boolean {
  for (const [at, field] of fields.entries()) {
    const bits = isBits(field)
    if (!bits && typeOf(field) !== 'text') continue
    for (const row of rows) {
      const value = row[at]
      if (typeof value === 'string') {
        if (value.includes('\0')) return false
      } else if (bits && Buffer.isBuffer(value)) {
        row[at] = value.reduce((number, byte) => number * 256 + byte, 0)
      }
    }
  }
  return true
}
