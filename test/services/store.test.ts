/**
 * The gateway's own database on a real PostgreSQL: the suites of the file store once more, and what only a
 * server can do. `ISTHMUS_TEST_POSTGRES_URL` says where; without it these tests fail.
 */
import { storeSuite } from '../gateway/store/store-suite.ts'
import { chainSuite } from '../gateway/audit/chain-suite.ts'
import { grantsSuite } from '../gateway/tokens/grants-suite.ts'
import { issuedSuite } from '../gateway/tokens/issued-suite.ts'
import { onServer } from '../support/stores.ts'

for (const suite of [storeSuite, issuedSuite, grantsSuite, chainSuite]) suite(onServer)
