/** Over a file; test/services/store.test.ts has the same over PostgreSQL. */
import { inFile } from '../../support/stores.ts'
import { grantsSuite } from './grants-suite.ts'

grantsSuite(inFile)
