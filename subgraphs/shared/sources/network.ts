/**
 * A `SourceConnection` over a database server: takes a connection for each statement, watches the
 * statement's time and its caller, and stops it on the server when either gives up. A driver says how
 * its database connects, sends and cancels; what differs between databases is there.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { abortReason, AppError, deadlineExceeded } from '../errors.ts'
import type {
  SourceColumn,
  SourceConnection,
  SourceKind,
  SourceStatement,
  StatementLimits,
} from './connection.ts'
import { networkDefaults, type NetworkOptions } from './address.ts'
import { failureOf, isLost, type FailureKind } from './failures.ts'
import { createPool, type Lease } from './pool.ts'

export interface Driver<C> {
  readonly kind: SourceKind
  /** Connects and sets the session up; `onLost` is called when the connection breaks later on. */
  connect(onLost: () => void): Promise<C>
  close(connection: C): void
  send(connection: C, statement: SourceStatement): Promise<readonly (readonly unknown[])[]>
  describe(connection: C, statement: SourceStatement): Promise<readonly SourceColumn[]>
  /** Stops on the server what the connection is running, by another connection. */
  cancel(connection: C): Promise<void>
  failureKind(error: unknown): FailureKind
}

/** The server's own limit comes first, with a better message; this one is for a server that is gone. */
const graceMs = 1_000

/** How long a statement that was stopped may take to end before its connection is cut. */
const stopMs = 3_000

export function connectionOver<C>(
  driver: Driver<C>,
  { system, statementTimeoutMs = networkDefaults.statementTimeoutMs, pool }: NetworkOptions,
): SourceConnection {
  const told = (error: unknown): AppError =>
    error instanceof AppError ? error : failureOf(system, driver.failureKind(error), error)
  const connections = createPool<C>({
    max: pool?.max ?? networkDefaults.maxConnections,
    connect: async (onLost) => {
      try {
        return await driver.connect(onLost)
      } catch (error) {
        throw told(error)
      }
    },
    close: (connection) => {
      driver.close(connection)
    },
    waitMs: statementTimeoutMs,
    busy: () => failureOf(system, 'busy'),
  })

  type Send<T> = (connection: C) => Promise<T>

  /** Once more where a connection that was kept turns out to be broken: statements only read. */
  async function attended<T>(send: Send<T>, limits: StatementLimits): Promise<T> {
    const lease = await connections.take(limits)
    try {
      return await watched(lease, send, limits)
    } catch (error) {
      if (lease.isFresh || error instanceof AppError || !isLost(driver.failureKind(error))) {
        throw told(error)
      }
    }
    const another = await connections.take(limits)
    try {
      return await watched(another, send, limits)
    } catch (error) {
      throw told(error)
    }
  }

  /** Ends with the statement, or before it with an AppError when its caller or its time gives up. */
  function watched<T>(
    lease: Lease<C>,
    send: Send<T>,
    { signal, deadlineAt }: StatementLimits,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const ended = send(lease.connection)
    const left = deadlineAt - performance.now()
    const ownMs = statementTimeoutMs + graceMs
    let isStopped = false
    const stop = (why: AppError) => {
      isStopped = true
      clean()
      reject(why)
      void stopped(lease, ended)
    }
    const onAbort = () => {
      stop(abortReason(signal))
    }
    const timer = setTimeout(
      () => {
        stop(left < ownMs ? deadlineExceeded() : failureOf(system, 'timeout'))
      },
      Math.min(left, ownMs),
    )
    const clean = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    const settle = async () => {
      try {
        const result = await ended
        if (isStopped) return
        lease.give(true)
        resolve(result)
      } catch (error) {
        if (isStopped) return
        lease.give(error instanceof AppError || !isLost(driver.failureKind(error)))
        reject(error)
      } finally {
        clean()
      }
    }
    void settle()
    return promise
  }

  /** A cancel that comes late would hit the next statement, so the connection is not used again. */
  async function stopped(lease: Lease<C>, ended: Promise<unknown>): Promise<void> {
    const cancelled = driver.cancel(lease.connection)
    const timer = new AbortController()
    await Promise.race([
      Promise.allSettled([cancelled, ended]),
      delay(stopMs, undefined, { ref: false, signal: timer.signal }),
    ])
    timer.abort()
    lease.give(false)
  }

  return {
    kind: driver.kind,
    run: (statement, limits) =>
      attended((connection) => driver.send(connection, statement), limits),
    describe: (statement) =>
      attended((connection) => driver.describe(connection, statement), {
        signal: never,
        deadlineAt: Infinity,
      }),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  }
}

const never = new AbortController().signal
