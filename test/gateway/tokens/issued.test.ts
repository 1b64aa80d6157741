/** Over a file; test/services/store.test.ts has the same over PostgreSQL. */
import { inFile } from '../../support/stores.ts'
import { issuedSuite } from './issued-suite.ts'

issuedSuite(inFile)
