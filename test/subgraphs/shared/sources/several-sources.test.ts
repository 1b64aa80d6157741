/** Two SQLite files as the sources of one system. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { severalSuite } from './several-suite.ts'

const fileOf = (name: string) => async (folder: string) => {
  const file = new DatabaseSync(join(folder, `${name}.db`))
  return {
    kind: 'sqlite' as const,
    address: `file: ../${name}.db`,
    execute: async (statements: readonly string[]) => {
      for (const statement of statements) file.exec(statement)
    },
    drop: async () => file.close(),
  }
}

severalSuite('two SQLite files', [fileOf('one'), fileOf('two')])
