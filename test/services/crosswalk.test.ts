/** The crosswalk in PostgreSQL, by the same expectations as in a file. */
import { identityRelations } from '../../subgraphs/crm/identity-relations.ts'
import { crosswalkSuite } from '../gateway/identity/crosswalk-suite.ts'
import { testDatabase } from '../support/database-servers.ts'

crosswalkSuite('PostgreSQL', async () => {
  const database = await testDatabase('postgresql')
  const tables = [...Object.keys(identityRelations), 'isthmus_meta']
  return {
    fresh: async () => {
      await database.owner(`DROP TABLE IF EXISTS ${tables.join(', ')}`)
      return { kind: 'postgresql', url: database.ownerUrl }
    },
    drop: async () => {
      await database[Symbol.asyncDispose]()
    },
  }
})
