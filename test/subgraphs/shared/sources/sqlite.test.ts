/** The relation suite on a SQLite file that another program made. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { relationSuite } from './relation-suite.ts'

relationSuite('SQLite', async (folder) => {
  const path = join(folder, 'company.db')
  const file = new DatabaseSync(path)
  return {
    kind: 'sqlite',
    address: 'file: ../company.db',
    execute: async (statements) => {
      for (const statement of statements) file.exec(statement)
    },
    drop: async () => file.close(),
  }
})
