/** The relation suite on real servers, as an account that may only SELECT. */
import { serverKinds, testDatabase } from '../support/database-servers.ts'
import { relationSuite } from '../subgraphs/shared/sources/relation-suite.ts'

for (const kind of serverKinds) {
  relationSuite(kind, async () => {
    const database = await testDatabase(kind)
    return {
      kind,
      address: `url: ${database.url}`,
      execute: async (statements) => {
        await database.owner(...statements)
      },
      drop: async () => {
        await database[Symbol.asyncDispose]()
      },
    }
  })
}
