/** Customers by the crosswalk in a file; test/services asks the same of PostgreSQL. */
import { crmFixture } from './crm-rows.ts'
import { customerKeySuite } from './identity-suite.ts'
import { matchingSuite } from './matching-suite.ts'

customerKeySuite('SQLite', () => Promise.resolve(crmFixture()))
matchingSuite('SQLite', () => Promise.resolve(crmFixture()))
