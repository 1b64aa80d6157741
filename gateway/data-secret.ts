/**
 * Secrets that the data folder keeps, readable by its owner alone: made when there is none. Of several
 * processes that start at once one makes it, whole, and all read the same.
 */
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `make` makes the text of a new one; 48 random bytes by default. */
export function dataSecret(
  data: string,
  name: string,
  make: () => string = () => randomBytes(48).toString('base64url'),
): string {
  const path = join(data, name)
  mkdirSync(data, { recursive: true })
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  const fresh = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(fresh, make(), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(fresh, path) // fails where another process was first: its secret counts
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(fresh)
  }
  return readFileSync(path, 'utf8').trim()
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
