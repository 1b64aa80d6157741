/** The crosswalk in a file of the data folder; test/services asks the same of PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crosswalkSuite } from './crosswalk-suite.ts'

crosswalkSuite('SQLite', () => {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-identity-'))
  let made = 0
  return Promise.resolve({
    fresh: () => {
      made += 1
      return Promise.resolve({ kind: 'sqlite', file: join(data, `${made}.sqlite`) })
    },
    drop: () => {
      rmSync(data, { recursive: true })
      return Promise.resolve()
    },
  })
})
