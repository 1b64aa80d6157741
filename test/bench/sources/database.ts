/** A database of its own on each kind of server, filled by statements. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SourceKind } from '../../../subgraphs/shared/sources/connection.ts'
import { testDatabase } from '../../support/database-servers.ts'

export interface Opened extends AsyncDisposable {
  /** The lines of source.yaml that say where it is. */
  readonly address: string
}

/** `fill` makes the tables and their rows. */
export async function openDatabase(
  kind: SourceKind,
  folder: string,
  fill: readonly string[],
): Promise<Opened> {
  if (kind === 'sqlite') {
    const file = join(folder, 'bench.sqlite')
    const database = new DatabaseSync(file)
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
    for (const statement of fill) database.exec(statement)
    database.close()
    return {
      address: `file: ${JSON.stringify(file)}`,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }
  const database = await testDatabase(
    kind,
    kind === 'mysql' ? { encoding: 'CHARACTER SET utf8mb4' } : {},
  )
  await database.owner(...fill)
  return {
    address: `url: ${JSON.stringify(database.ownerUrl)}`,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
